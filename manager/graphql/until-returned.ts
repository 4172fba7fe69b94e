/**
 * What `start` yields, until its reader leaves: `return()` ends it by its signal, at once. An async generator alone would
 * come to its end only after the next thing it has to say, which for a quiet volume may be never.
 */
export function untilReturned<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncIterableIterator<T, void, undefined> {
  const controller = new AbortController();
  const events = start(controller.signal);
  return {
    next: () => events.next(),
    return() {
      controller.abort();
      return events.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
