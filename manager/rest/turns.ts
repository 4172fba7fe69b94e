import { AskingFailed } from '../../client/failure.ts';
import type { Clock } from '../../probe/clock.ts';

export interface Turn<T> {
  /** Ends it, and the wait for it. */
  readonly signal: AbortSignal;
  /** For its turn to come. */
  readonly waitMs: number;
  /** For the call itself: what it waited for its turn does not count. */
  readonly timeoutMs: number;
  /** It took too long the last time, and may well again: such calls never have all turns. */
  readonly isSlow: boolean;
  readonly call: (signal: AbortSignal) => Promise<T>;
}

/** Makes a call once it is its turn. Rejects as `signal` says, or with an `AskingFailed` when its time is over. */
export type TakeTurn = <T>(turn: Turn<T>) => Promise<T>;

/** A timer this late was held up with the whole process: what is out gets its time again. */
const HELD_UP_MS = 2_000;

/** Lets so many calls be out at once, in the order in which they come; those that are slow, at most one less. */
export function createTurns(clock: Pick<Clock, 'mono' | 'after'>, atOnce: number): TakeTurn {
  const waiting = new Set<{ readonly isSlow: boolean; readonly begin: () => void }>();
  const out = { all: 0, slow: 0 };

  return async ({ signal, waitMs, timeoutMs, isSlow, call }) => {
    await turnOf({ signal, waitMs, isSlow });
    try {
      return await withinTime({ clock, signal, timeoutMs, call });
    } finally {
      out.all -= 1;
      if (isSlow) out.slow -= 1;
      passOn();
    }
  };

  async function turnOf({ signal, waitMs, isSlow }: Omit<Turn<unknown>, 'timeoutMs' | 'call'>): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const wish = { isSlow, begin: resolve };
    const giveUp = (reason: Error): void => {
      if (waiting.delete(wish)) reject(reason);
    };
    const leave = (): void => giveUp(signal.reason as Error);
    const cancel = clock.after(waitMs, () => giveUp(new AskingFailed('timeout', 'its turn has not come')));
    waiting.add(wish);
    signal.addEventListener('abort', leave);
    passOn();
    await promise.finally(() => {
      cancel();
      signal.removeEventListener('abort', leave);
    });
  }

  function passOn(): void {
    for (const wish of waiting) {
      if (out.all >= atOnce) return;
      if (wish.isSlow && out.slow >= atOnce - 1) continue;
      out.all += 1;
      if (wish.isSlow) out.slow += 1;
      waiting.delete(wish);
      wish.begin();
    }
  }
}

/** A call that does not heed its signal is left to itself. */
async function withinTime<T>(options: {
  clock: Pick<Clock, 'mono' | 'after'>;
  signal: AbortSignal;
  timeoutMs: number;
  call: (signal: AbortSignal) => Promise<T>;
}): Promise<T> {
  const { clock, signal, timeoutMs, call } = options;
  const limit = new AbortController();
  const over = Promise.withResolvers<never>();
  const end = (reason: Error): void => {
    limit.abort(reason);
    over.reject(reason);
  };
  const giveUp = (): void => end(signal.reason as Error);
  const wait = (): (() => void) => {
    const deadlineMs = clock.mono() + timeoutMs;
    return clock.after(timeoutMs, () => {
      if (clock.mono() > deadlineMs + HELD_UP_MS) cancel = wait();
      else end(new AskingFailed('timeout', `timed out after ${timeoutMs / 1_000} s`));
    });
  };
  let cancel = wait();
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([over.promise, call(limit.signal)]);
  } finally {
    cancel();
    signal.removeEventListener('abort', giveUp);
  }
}
