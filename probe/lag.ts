import type { Clock } from './clock.ts';

/** Measures how long this process could not run when it was due. */
export interface LagMeter {
  /** All of the lag since the meter was made, in milliseconds: never goes back. */
  readonly totalMs: () => number;
  /** Whether the process was busy itself for most of its latest lag; else it was stopped, or starved by others. */
  readonly wasBusy: () => boolean;
  readonly stop: () => void;
}

const LOOK_EVERY_MS = 100;
/** A timer is due some milliseconds late on any machine. */
const NOISE_MS = 20;
const BUSY_SHARE = 0.5;

/** `cpuMs` is all the processor time that this process has used, in milliseconds. */
export function createLagMeter(clock: Pick<Clock, 'mono' | 'after'>, cpuMs: () => number): LagMeter {
  let totalMs = 0;
  let busy = false;
  let usedMs = cpuMs();
  let dueMs = clock.mono() + LOOK_EVERY_MS;
  let cancel = clock.after(LOOK_EVERY_MS, look);

  return {
    totalMs() {
      settle();
      return totalMs;
    },
    wasBusy() {
      settle();
      return busy;
    },
    stop: () => cancel(),
  };

  function look(): void {
    settle();
    usedMs = cpuMs();
    dueMs = clock.mono() + LOOK_EVERY_MS;
    cancel = clock.after(LOOK_EVERY_MS, look);
  }

  /** Counts what is late by now, though the timer itself has not run yet. */
  function settle(): void {
    const nowMs = clock.mono();
    const lateMs = nowMs - dueMs;
    if (lateMs <= NOISE_MS) return;
    totalMs += lateMs;
    dueMs = nowMs;
    busy = cpuMs() - usedMs > BUSY_SHARE * lateMs;
    usedMs = cpuMs();
  }
}
