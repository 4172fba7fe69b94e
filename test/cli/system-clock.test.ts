import { expect, it } from 'vitest';
import { createElapsed, systemClock } from '../../cli/system-clock.ts';

/** A machine that has been up for an hour, and runs this process since now. */
function createMachine() {
  let runningMs = 0;
  let uptimeMs = 3_600_000;
  const elapsed = createElapsed(
    () => runningMs,
    () => Math.floor(uptimeMs / 10) * 10,
  );
  return {
    elapsed,
    run: (ms: number) => {
      runningMs += ms;
      uptimeMs += ms;
    },
    suspend: (ms: number) => {
      uptimeMs += ms;
    },
  };
}

it('counts the time that the machine runs', () => {
  const { elapsed, run } = createMachine();
  run(12_345);
  expect(elapsed()).toBe(12_345);
});

it('counts the time that the machine is suspended, and never goes back', () => {
  const { elapsed, run, suspend } = createMachine();
  run(5_000);
  suspend(3_600_000);
  run(1_000);
  expect(elapsed()).toBe(3_606_000);
  run(1);
  expect(elapsed()).toBe(3_606_001);
  run(5_000);
  expect(elapsed()).toBe(3_611_001);
});

it('takes the few digits of the uptime for no suspension', () => {
  const { elapsed, run, suspend } = createMachine();
  suspend(1_500);
  run(2_000);
  expect(elapsed()).toBe(2_000);
});

it('is what the services use', () => {
  const before = systemClock.mono();
  expect(systemClock.mono()).toBeGreaterThanOrEqual(before);
});
