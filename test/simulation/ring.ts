import type { Coverage } from './world/coverage.ts';
import type { Journal } from './world/journal.ts';
import type { Kernel } from './world/kernel.ts';

/** A kind of simulated world: how much of the project it is made of. */
export interface Ring {
  readonly name: 'engine' | 'stack';
  readonly createWorld: (seed: Seed) => World;
  /** Everything that a run of many seeds comes to; what it did not is a fault of the simulation. */
  readonly reachable: readonly string[];
}

/** All that decides a world's course. */
export interface Seed {
  readonly number: number;
  /** At most so many of each, for whoever looks for the smallest world that goes wrong. */
  readonly limits?: Partial<Record<'proxies' | 'volumes' | 'managers', number>>;
}

/** A world from its seed. Each of its methods throws a `Violation` as soon as something does not hold that must. */
export interface World {
  readonly kernel: Kernel;
  readonly journal: Journal;
  readonly coverage: Coverage;
  /** Lets a step's time pass, after its deed, unless that is left out. What a step does depends on no other one. */
  readonly step: (index: number, options: { readonly isDeedLeftOut: boolean }) => Promise<void>;
  /** Mends everything, lets two intervals pass, and looks whether all agree. */
  readonly rest: () => Promise<void>;
  /** Ends everything, and looks whether anything is left. */
  readonly end: () => Promise<void>;
  /** Gives back what it has taken of the process. To be called last, whatever went wrong. */
  readonly release: () => void;
  /** What the deed of a step is, in words. */
  readonly describe: (index: number) => string;
}
