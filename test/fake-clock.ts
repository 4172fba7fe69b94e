import type { Clock } from '../probe/clock.ts';

export interface FakeClock extends Clock {
  /** Lets time pass: runs every timer that comes due, in order, and what each sets off. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets time pass while nothing runs, as SIGSTOP does; what came due meanwhile runs late, at the end. */
  readonly pause: (ms: number) => Promise<void>;
  /** Lets time pass while the machine is suspended: no timer's time passes. */
  readonly suspend: (ms: number) => void;
  /** Sets the wall clock forward or back; the monotonic clock does not notice. */
  readonly setWallBy: (ms: number) => void;
  readonly timers: () => number;
}

/** Lets everything run that waits for nothing but the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function createFakeClock(wall = Date.parse('2026-01-22T10:00:00Z')): FakeClock {
  const timers = new Set<{ atMs: number; readonly callback: () => void }>();
  let monoMs = 1_000;
  let wallOffsetMs = wall - monoMs;

  const advance = async (ms: number): Promise<void> => {
    const endMs = monoMs + ms;
    await settled();
    for (;;) {
      const next = [...timers].toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > endMs) break;
      timers.delete(next);
      monoMs = Math.max(monoMs, next.atMs);
      next.callback();
      await settled();
    }
    monoMs = Math.max(monoMs, endMs);
  };

  return {
    now: () => monoMs + wallOffsetMs,
    mono: () => monoMs,
    after(ms, callback) {
      const timer = { atMs: monoMs + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    async pause(ms) {
      monoMs += ms;
      await advance(0);
    },
    suspend(ms) {
      monoMs += ms;
      for (const timer of timers) timer.atMs += ms;
    },
    setWallBy(ms) {
      wallOffsetMs += ms;
    },
    timers: () => timers.size,
  };
}
