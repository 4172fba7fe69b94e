import type { MonotonicClock } from '../backends/backend.ts';

export interface MovableClock extends MonotonicClock {
  readonly forward: (ms: number) => void;
}

/** The time of this machine, and whatever a test adds to it. */
export function createMovableClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    mono: () => performance.now() + ahead,
    forward(ms) {
      ahead += ms;
    },
  };
}
