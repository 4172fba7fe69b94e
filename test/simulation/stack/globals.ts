import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import type { Kernel } from '../world/kernel.ts';
import type { Random } from '../world/random.ts';
import { simulatedDate } from './simulated-date.ts';
import { createSimulatedTimers } from './simulated-timers.ts';

/** What the clock on the world's own wall shows when it begins. */
const WALL_MS = Date.parse('2026-01-22T10:00:00Z');

/**
 * Gives the process the time and the randomness of a simulated world: timers and clocks are those of the machine whose
 * code runs, or the world's own. Microtasks and `setImmediate` stay real, for the world itself runs by them. The function
 * it returns gives back what was there before.
 */
export function replaceGlobals(kernel: Kernel, random: Random): () => void {
  const timers = createSimulatedTimers(kernel);
  const realClear = globalThis.clearTimeout;
  const clear = (timer: NodeJS.Timeout | undefined): void => {
    // It may have been set before.
    if (!timers.clear(timer)) realClear(timer);
  };
  const wallMs = (): number => kernel.running()?.clock.now() ?? WALL_MS + Math.floor(kernel.now());
  const monoMs = (): number => kernel.running()?.clock.mono() ?? kernel.now();

  const restores = [
    replace(globalThis, 'setTimeout', timers.setTimeout),
    replace(globalThis, 'setInterval', timers.setInterval),
    replace(globalThis, 'clearTimeout', clear),
    replace(globalThis, 'clearInterval', clear),
    replace(globalThis, 'Date', simulatedDate(wallMs)),
    replace(performance, 'now', monoMs),
    replace(Math, 'random', random.next),
    replace(crypto, 'getRandomValues', (array: ArrayBufferView) => filled(array, random)),
    replace(crypto, 'randomUUID', () => uuid(random)),
    replace(AbortSignal, 'timeout', (ms: number) => timeoutSignal(timers.setTimeout, ms)),
    replace(timersPromises, 'setTimeout', timers.delay),
    // Yoga pings more often where it takes itself to be under test.
    replace(process.env, 'NODE_ENV', 'production'),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const restore of restores) restore();
    syncBuiltinESMExports();
  };
}

function replace(on: object, name: string, value: unknown): () => void {
  const original = Object.getOwnPropertyDescriptor(on, name);
  Object.defineProperty(on, name, { value, configurable: true, enumerable: true, writable: true });
  return () => {
    if (original === undefined) Reflect.deleteProperty(on, name);
    else Object.defineProperty(on, name, original);
  };
}

function filled<T extends ArrayBufferView>(array: T, random: Random): T {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = random.int(0, 255);
  return array;
}

/** Of version 4, as RFC 9562 has it. */
function uuid(random: Random): string {
  const hex = Buffer.from(filled(new Uint8Array(16), random)).toString('hex');
  const variant = '89ab'[random.int(0, 3)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function timeoutSignal(after: (run: () => void, ms: number) => unknown, ms: number): AbortSignal {
  const controller = new AbortController();
  const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  after(() => controller.abort(reason), ms);
  return controller.signal;
}
