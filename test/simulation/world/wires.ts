import type { Kernel } from './kernel.ts';
import { createRandom } from './random.ts';
import type { Stage } from './stage.ts';
import type { Mending } from './mending.ts';
import { createWire, type Wire } from './wire.ts';

/** All ways of a world, by who is at their ends. */
export interface Wires {
  readonly between: (manager: string, proxy: string) => Wire;
  readonly toManager: (manager: string) => Wire;
  /** From every manager. */
  readonly toProxy: (proxy: string) => readonly Wire[];
  readonly partition: (parts: Parameters<Stage['partition']>[0], mending: Mending) => void;
  /** Since when nothing passes between them; null where it does. */
  readonly partedSinceMs: (manager: string, proxy: string) => number | null;
  readonly all: () => ReadonlyMap<string, Wire>;
}

export function createWires(kernel: Kernel, seed: number, managers: readonly string[]): Wires {
  const wires = new Map<string, Wire>();
  const parted = new Map<string, number>();

  return {
    between,
    toManager: (manager) => wire(`clients>${manager}`),
    toProxy: (proxy) => managers.map((manager) => between(manager, proxy)),
    partition({ manager, proxy, ends, ms, lastly }, mending) {
      const link = `${manager}>${proxy}`;
      const way = wire(link);
      for (const end of ends) way.hold(end);
      parted.set(link, Math.min(parted.get(link) ?? Infinity, kernel.now()));
      mending.trouble([link], ms, () => {
        parted.delete(link);
        if (lastly === 'reset') way.cut();
        if (lastly === 'forget') way.forget();
        for (const end of ['client', 'server'] as const) way.release(end);
      });
    },
    partedSinceMs: (manager, proxy) => parted.get(`${manager}>${proxy}`) ?? null,
    all: () => wires,
  };

  function between(manager: string, proxy: string): Wire {
    return wire(`${manager}>${proxy}`);
  }

  function wire(name: string): Wire {
    const known = wires.get(name) ?? createWire(kernel, createRandom(seed, 'wire', name));
    wires.set(name, known);
    return known;
  }
}
