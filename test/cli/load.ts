import { setInterval as ticks } from 'node:timers/promises';

const MAX_REQUESTS = 6_000;

/** Asks 200 times a second until told to end; gives what failed. */
export function load(ask: () => Promise<void>) {
  const failures: string[] = [];
  const answers: Promise<void>[] = [];
  const end = new AbortController();
  const asking = (async () => {
    for await (const { signal } of ticks(5, end)) {
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
