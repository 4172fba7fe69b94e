import type { Coverage } from './coverage.ts';
import type { Journal } from './journal.ts';
import type { Kernel, Machine } from './kernel.ts';
import { createRandom, type Random } from './random.ts';
import type { Storages } from './storages.ts';
import type { Streams } from './streams.ts';
import type { Topology } from './topology.ts';
import type { Troubles } from './troubles.ts';
import type { Violation } from './violation.ts';
import type { Wires } from './wires.ts';

/** What all parts of a world stand on. */
export interface Ground {
  readonly seed: number;
  readonly topology: Topology;
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly coverage: Coverage;
  readonly storages: Storages;
  readonly troubles: Troubles;
  readonly wires: Wires;
  readonly streams: Streams;
  readonly machines: Machines;
  readonly fail: (violation: Violation) => void;
}

/** Where the processes of a world run, each on a machine of its own. */
export interface Machines {
  readonly start: (name: string) => Machine;
  /** Of the latest machine; later ones have higher ones. */
  readonly order: () => number;
}

const RATES = [1, 1, 1.000_05, 0.999_95, 1.001, 0.999];

export function createMachines(kernel: Kernel, seed: number): Machines {
  let order = 0;
  return {
    order: () => order,
    start(name) {
      order += 1;
      const random: Random = createRandom(seed, 'machine', order);
      return kernel.machine(`${name}#${order}`, {
        rate: random.pick(RATES),
        monoMs: random.logarithmic(10, 1e9),
        wallMs: Date.UTC(2026, 0, 22) + random.int(-100_000, 100_000),
      });
    },
  };
}
