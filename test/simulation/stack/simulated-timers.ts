import type { Kernel } from '../world/kernel.ts';

/** The timers of a process, by the machine that runs as they are set. */
export interface SimulatedTimers {
  readonly setTimeout: (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => SimulatedTimer;
  readonly setInterval: (run: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => SimulatedTimer;
  /** Takes back either, by itself or by its number; false where it is none of ours. */
  readonly clear: (timer: unknown) => boolean;
  /** As `node:timers/promises` has it. */
  readonly delay: <T>(ms?: number, value?: T, options?: { readonly signal?: AbortSignal }) => Promise<T>;
}

/** As much of Node's `Timeout` as anybody uses. */
export interface SimulatedTimer {
  readonly ref: () => SimulatedTimer;
  readonly unref: () => SimulatedTimer;
  readonly hasRef: () => boolean;
  readonly refresh: () => SimulatedTimer;
  readonly close: () => SimulatedTimer;
  readonly [Symbol.toPrimitive]: () => number;
  readonly [Symbol.dispose]: () => void;
}

/** As Node has it. */
const MAX_MS = 2 ** 31 - 1;

export function createSimulatedTimers(kernel: Kernel): SimulatedTimers {
  const clears = new Map<number, () => void>();
  let ids = 0;

  return {
    setTimeout: (run, ms, ...args) => start(() => run(...args), { ms, isRepeated: false }),
    setInterval: (run, ms, ...args) => start(() => run(...args), { ms, isRepeated: true }),
    clear,
    delay,
  };

  function clear(timer: unknown): boolean {
    const isTimer = typeof timer === 'object' && timer !== null && Symbol.toPrimitive in timer;
    const clearing = clears.get(isTimer || typeof timer === 'string' ? Number(timer) : (timer as number));
    clearing?.();
    return clearing !== undefined;
  }

  function start(run: () => void, { ms, isRepeated }: { ms: number | undefined; isRepeated: boolean }): SimulatedTimer {
    const id = (ids += 1);
    const machine = kernel.running();
    const waitMs = ms !== undefined && ms >= 1 && ms <= MAX_MS ? Math.trunc(ms) : 1;
    let isReferenced = true;
    let isCleared = false;
    let cancel: (() => void) | null = null;
    const arm = (): void => {
      cancel = machine === null ? kernel.after(waitMs, null, due) : machine.clock.after(waitMs, due);
      clears.set(id, stop);
    };
    const due = (): void => {
      if (isRepeated) arm();
      else clears.delete(id);
      run();
    };
    const stop = (): void => {
      isCleared = true;
      cancel?.();
      clears.delete(id);
    };
    const timer: SimulatedTimer = {
      ref() {
        isReferenced = true;
        return timer;
      },
      unref() {
        isReferenced = false;
        return timer;
      },
      hasRef: () => isReferenced,
      refresh() {
        cancel?.();
        if (!isCleared) arm();
        return timer;
      },
      close() {
        stop();
        return timer;
      },
      [Symbol.toPrimitive]: () => id,
      [Symbol.dispose]: stop,
    };
    arm();
    return timer;
  }

  function delay<T>(ms?: number, value?: T, { signal }: { readonly signal?: AbortSignal } = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = start(() => resolve(value as T), { ms, isRepeated: false });
      signal?.addEventListener('abort', () => {
        timer.close();
        reject(signal.reason as Error);
      });
    });
  }
}
