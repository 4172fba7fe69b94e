/** Makes a call once it is its turn; rejects as the signal says while it waits. */
export type TakeTurn = <T>(signal: AbortSignal, call: () => Promise<T>) => Promise<T>;

/** Lets so many calls be out at once, in the order in which they come. */
export function createTurns(atOnce: number): TakeTurn {
  const waiting = new Set<PromiseWithResolvers<void>>();
  let out = 0;
  return async (signal, call) => {
    signal.throwIfAborted();
    if (out < atOnce) out += 1;
    else await turnOf(signal);
    try {
      return await call();
    } finally {
      passOn();
    }
  };

  async function turnOf(signal: AbortSignal): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const giveUp = () => {
      if (waiting.delete(turn)) turn.reject(signal.reason);
    };
    waiting.add(turn);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  function passOn(): void {
    const [next] = waiting;
    if (next === undefined) {
      out -= 1;
    } else {
      waiting.delete(next);
      next.resolve();
    }
  }
}
