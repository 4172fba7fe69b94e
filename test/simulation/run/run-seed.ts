import { inspect } from 'node:util';
import { catchEscapedErrors } from './escaped-errors.ts';
import { createRandom } from '../world/random.ts';
import type { Ring, Seed, World } from '../ring.ts';
import { type Invariant, Violation } from '../world/violation.ts';

export interface RunOptions {
  readonly steps: number;
  /** Steps that only let time pass. */
  readonly leftOut?: ReadonlySet<number>;
  /** Hears of each step that is done. */
  readonly onStep?: (step: number) => void;
}

/** What became of a world. */
export interface Run {
  readonly seed: Seed;
  /** How many steps it was to take. */
  readonly steps: number;
  readonly leftOut: ReadonlySet<number>;
  readonly simulatedMs: number;
  readonly happened: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly failure: Failure | null;
}

export interface Failure {
  readonly invariant: Invariant;
  readonly message: string;
  /** The latest step that was begun: a run of one more than that many steps comes to the same. */
  readonly step: number;
  /** What had been done in the latest steps. */
  readonly deeds: readonly string[];
  readonly timeline: readonly string[];
  /** The error, with where it was thrown and all that caused it. */
  readonly cause: string;
}

/** More than a step, or a rest, of the largest world comes to by far: time does not go on. */
const MOST_HAPPENINGS = 200_000;
const KEPT_DEEDS = 40;
const NONE: ReadonlySet<number> = new Set();

/**
 * Has a world of this seed take its steps, and rest now and then and at the end. Where it rests depends on the seed
 * alone. Rejects with nothing: whatever goes wrong is the run's failure. One at a time in a process, whose errors that
 * nobody takes are the world's.
 */
export async function runSeed(ring: Ring, seed: Seed, options: RunOptions): Promise<Run> {
  const { steps, leftOut = NONE } = options;
  const escaped = catchEscapedErrors();
  const at = { step: 0 };
  let world: World | null = null;
  let failure: Failure | null = null;
  try {
    world = ring.createWorld(seed);
    await live(world, at);
  } catch (error) {
    // Whatever of it still runs is to come to its end before another world begins.
    world?.kernel.allow(0);
    await escaped.settle();
    failure = failureOf(error, { world, step: at.step, leftOut });
  } finally {
    world?.release();
    escaped.release();
  }
  const { kernel, coverage } = world ?? {};
  const counts = new Map(coverage?.counts());
  return { seed, steps, leftOut, simulatedMs: kernel?.now() ?? 0, happened: kernel?.happened() ?? 0, counts, failure };

  async function live(living: World, now: { step: number }): Promise<void> {
    const rests = createRests(seed);
    for (let step = 0; step < steps; step += 1) {
      now.step = step;
      await act(living, () => living.step(step, { isDeedLeftOut: leftOut.has(step) }));
      if (rests.isAfter(step) || step === steps - 1) await act(living, () => living.rest());
      options.onStep?.(step);
    }
    await act(living, () => living.end());
  }

  async function act(living: World, what: () => Promise<void>): Promise<void> {
    living.kernel.allow(MOST_HAPPENINGS);
    await Promise.race([what(), escaped.first]);
    await Promise.race([escaped.settle(), escaped.first]);
  }
}

const BETWEEN_RESTS = [1_000, 3_000] as const;

/** After which steps a world rests; to be asked of one after the other. */
function createRests({ number }: Seed): { readonly isAfter: (step: number) => boolean } {
  const random = createRandom(number, 'rest');
  let next = random.int(...BETWEEN_RESTS);
  return {
    isAfter(step) {
      if (step < next) return false;
      next += random.int(...BETWEEN_RESTS);
      return true;
    },
  };
}

interface Scene {
  readonly world: World | null;
  readonly step: number;
  readonly leftOut: ReadonlySet<number>;
}

function failureOf(error: unknown, { world, step, leftOut }: Scene): Failure {
  const begun = Array.from({ length: step + 1 }, (_, index) => index).filter((index) => !leftOut.has(index));
  return {
    invariant: error instanceof Violation ? error.invariant : 'sound',
    message: error instanceof Error ? error.message : inspect(error),
    step,
    deeds: world === null ? [] : begun.slice(-KEPT_DEEDS).map((index) => `${index}  ${world.describe(index)}`),
    timeline: world?.journal.lines() ?? [],
    cause: inspect(error),
  };
}
