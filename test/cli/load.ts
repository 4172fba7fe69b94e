import { setInterval as ticks } from 'node:timers/promises';

const MAX_REQUESTS = 6_000;

/** Asks 200 times a second, unless told how often, until told to end; gives what failed. */
export function load(ask: () => Promise<void>, everyMs = 5) {
  const failures: string[] = [];
  const answers: Promise<void>[] = [];
  const end = new AbortController();
  const asking = (async () => {
    for await (const { signal } of ticks(everyMs, end)) {
      if (signal.aborted || answers.length >= MAX_REQUESTS) break;
      answers.push(ask().catch((error: unknown) => void failures.push(String(error))));
    }
    await Promise.all(answers);
  })();
  return {
    end: async () => {
      end.abort();
      await asking;
      return failures;
    },
  };
}
