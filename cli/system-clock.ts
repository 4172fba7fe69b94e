import { uptime } from 'node:os';
import type { Clock } from '../probe/clock.ts';

const MEASURE_EVERY_MS = 1_000;
/** The two clocks are read one after the other, and uptime has few digits: less than this is no suspension. */
const NOISE_MS = 2_000;

/**
 * Milliseconds that never go back and that count the time a machine was suspended: Node's own clock and timers stand
 * still then, the machine's uptime does not.
 */
export function createElapsed(running: () => number, uptimeMs: () => number): () => number {
  const startMs = uptimeMs() - running();
  let suspendedMs = 0;
  let measuredAtMs = running();
  return () => {
    const runningMs = running();
    if (runningMs - measuredAtMs >= MEASURE_EVERY_MS) {
      measuredAtMs = runningMs;
      const driftMs = uptimeMs() - runningMs - startMs;
      if (driftMs > suspendedMs + NOISE_MS) suspendedMs = driftMs;
    }
    return runningMs + suspendedMs;
  };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  mono: createElapsed(
    () => performance.now(),
    () => uptime() * 1_000,
  ),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
