import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceGlobals } from './globals.ts';
import { createKernel, type Kernel, type Machine } from '../world/kernel.ts';
import { createRandom } from '../world/random.ts';

const START = Date.parse('2026-01-22T10:00:00Z');

let kernel: Kernel;
let restore: () => void;
beforeEach(() => {
  kernel = createKernel({ drain: () => new Promise((resolve) => setImmediate(resolve)), onHappened() {} });
  restore = replaceGlobals(kernel, createRandom(1));
});
afterEach(() => restore());

async function on(machine: Machine | null, run: () => void): Promise<void> {
  kernel.after(0, machine, run);
  await kernel.advance(0);
}

describe('the globals of a simulated world', () => {
  it('show each machine its own clocks', async () => {
    const fast = kernel.machine('fast', { rate: 2, monoMs: 0, wallMs: 5_000 });
    await kernel.advance(1_000);
    const seen: unknown[] = [];

    await on(fast, () => seen.push(Date.now(), new Date().getTime(), performance.now()));

    expect(seen).toEqual([7_000, 7_000, 2_000]);
  });

  it('show the world true time', async () => {
    await kernel.advance(1_234);

    expect([Date.now(), performance.now()]).toEqual([START + 1_234, 1_234]);
  });

  it('set timers on the machine that runs, which it has no more once they have run or were cleared', async () => {
    const machine = kernel.machine('slow', { rate: 0.5 });
    const ran: unknown[] = [];
    let cleared: NodeJS.Timeout | undefined;
    await on(machine, () => {
      setTimeout((...args) => ran.push(kernel.running()?.name, kernel.now(), ...args), 100, 'a', 'b');
      cleared = setTimeout(() => ran.push('cleared'), 50);
      setTimeout(() => ran.push('cleared by number'), 50).unref();
    });
    expect(machine.timers()).toBe(3);

    clearTimeout(cleared);
    clearTimeout(3);
    await kernel.advance(1_000);

    expect([ran, machine.timers()]).toEqual([['slow', 200, 'a', 'b'], 0]);
  });

  it('set intervals until they are cleared', async () => {
    const machine = kernel.machine('machine');
    const ran: number[] = [];
    await on(machine, () => {
      const interval = setInterval(() => {
        ran.push(kernel.now());
        if (ran.length === 3) clearInterval(interval);
      }, 10);
    });

    await kernel.advance(100);

    expect([ran, machine.timers()]).toEqual([[10, 20, 30], 0]);
  });

  it('put off a timer that is refreshed', async () => {
    let ranMs: number | null = null;
    const timer = setTimeout(() => {
      ranMs = kernel.now();
    }, 100);
    await kernel.advance(60);

    timer.refresh();
    await kernel.advance(1_000);

    expect(ranMs).toBe(160);
  });

  it('run no timer of a machine that is dead', async () => {
    const machine = kernel.machine('machine');
    let hasRun = false;
    await on(machine, () => {
      setTimeout(() => {
        hasRun = true;
      }, 10);
    });
    machine.crash();

    await kernel.advance(100);

    expect(hasRun).toBe(false);
  });

  it('time out signals, and what waits by node:timers/promises', async () => {
    const signal = AbortSignal.timeout(50);
    const waited = delay(40, 'waited');
    await kernel.advance(49);
    const before = signal.aborted;

    await kernel.advance(1);

    expect([before, signal.aborted, (signal.reason as Error).name]).toEqual([false, true, 'TimeoutError']);
    await expect(waited).resolves.toBe('waited');
  });

  it('draw the same from the same seed', () => {
    const first = drawn();
    restore();
    restore = replaceGlobals(kernel, createRandom(1));
    const again = drawn();
    restore();
    restore = replaceGlobals(kernel, createRandom(2));

    expect(again).toEqual(first);
    expect(drawn()).not.toEqual(first);
    expect(first[1]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it('know a date that was made before them', () => {
    const made = new Date(0);
    restore();

    const earlier = new Date(0);
    restore = replaceGlobals(kernel, createRandom(1));

    expect([made instanceof Date, earlier instanceof Date, new Date(7).getTime(), Date.UTC(1970, 0)]).toEqual([
      true,
      true,
      7,
      0,
    ]);
  });

  it('are gone once they are given back, and clear a timer that was set before them', () => {
    const replaced = globalsNow();
    restore();
    const real = globalsNow();
    const timer = setTimeout(() => {}, 2 ** 30);
    const before = process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    restore = replaceGlobals(kernel, createRandom(1));

    clearTimeout(timer);

    const after = process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    expect(after).toBe(before - 1);
    for (const [index, value] of real.entries()) expect(value).not.toBe(replaced[index]);
  });
});

const drawn = () => [Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint16Array(2))]];

const globalsNow = (): unknown[] => [
  setTimeout,
  setInterval,
  clearTimeout,
  clearInterval,
  Date,
  delay,
  Reflect.get(performance, 'now'),
  Reflect.get(Math, 'random'),
  Reflect.get(crypto, 'randomUUID'),
  Reflect.get(crypto, 'getRandomValues'),
  Reflect.get(AbortSignal, 'timeout'),
  process.env['NODE_ENV'],
];
