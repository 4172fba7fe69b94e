import { uptime } from 'node:os';
import type { Clock } from '../probe/clock.ts';

const MEASURE_EVERY_MS = 1_000;
/** The two clocks are read one after the other, and uptime has few digits: less than this is no suspension. */
const NOISE_MS = 2_000;

/**
 * Milliseconds that never go back and that count the time a machine was suspended: Node's own clock and timers stand
 * still then, the machine's uptime does not.
 */
export function createElapsed(runningMs: () => number, uptimeMs: () => number): () => number {
  const startMs = uptimeMs() - runningMs();
  let suspendedMs = 0;
  let measuredAtMs = runningMs();
  return () => {
    const nowMs = runningMs();
    if (nowMs - measuredAtMs >= MEASURE_EVERY_MS) {
      measuredAtMs = nowMs;
      const driftMs = uptimeMs() - nowMs - startMs;
      if (driftMs > suspendedMs + NOISE_MS) suspendedMs = driftMs;
    }
    return nowMs + suspendedMs;
  };
}

const running = (): number => performance.now();

export const systemClock: Clock = {
  now: () => Date.now(),
  // Elsewhere uptime is reckoned from the wall clock, which people set.
  mono: process.platform === 'linux' ? createElapsed(running, () => uptime() * 1_000) : running,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** All the processor time that this process has used, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
