/** Makes a call, or joins the one of the same key that is under way. */
export type Join = <T>(key: string, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

interface Flight {
  readonly result: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

export interface JoiningOptions {
  /** Until when a call goes on though nobody waits for it any more, so that the next one to come can hear of it. */
  readonly heardOutUntil?: AbortSignal;
}

/**
 * Whoever joins waits for as long as his own signal allows; the call is aborted once nobody waits any more, unless it is
 * to be heard out. A call is never given out after it has ended.
 */
export function createJoining({ heardOutUntil }: JoiningOptions = {}): Join {
  const flights = new Map<string, Flight>();
  return async <T>(key: string, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const flight = flights.get(key) ?? takeOff(key, call);
    flight.waiting += 1;
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => {
      aborted.reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return (await Promise.race([flight.result, aborted.promise])) as T;
    } finally {
      signal.removeEventListener('abort', onAbort);
      flight.waiting -= 1;
      if (flight.waiting === 0 && heardOutUntil === undefined) {
        land(key, flight);
        flight.controller.abort(signal.reason);
      }
    }
  };

  function takeOff(key: string, call: (signal: AbortSignal) => Promise<unknown>): Flight {
    const controller = new AbortController();
    const flight: Flight = { result: call(heardOutUntil ?? controller.signal), controller, waiting: 0 };
    flights.set(key, flight);
    const ended = () => {
      land(key, flight);
    };
    flight.result.then(ended, ended);
    return flight;
  }

  function land(key: string, flight: Flight): void {
    if (flights.get(key) === flight) flights.delete(key);
  }
}
