import { minimised } from './delta-debugging.ts';
import { keptSteps, stepsWithout } from './kept-steps.ts';
import { realMs } from './real-time.ts';
import type { Ring } from '../ring.ts';
import { type Run, runSeed } from './run-seed.ts';

export interface ShrinkOptions {
  /** After so much real time it makes do with what it has; without it, it always comes to the same. */
  readonly budgetMs?: number;
  /** Hears of each step of each run that is tried. */
  readonly onStep?: () => void;
}

type Course = Pick<Run, 'seed' | 'steps' | 'leftOut'>;

/** The largest limit of each kind that is tried. */
const MOST_LIMIT = 4;
const LIMITS = ['managers', 'proxies', 'volumes'] as const;

/**
 * Looks for the smallest world, and the fewest deeds in it, that break the same invariant as a run that failed: without
 * the steps after the one that failed, then with fewer managers, proxies and volumes, then with deeds left out, until
 * none of that makes it smaller. Null if the failure does not come again.
 */
export async function shrink(ring: Ring, failed: Run, options: ShrinkOptions = {}): Promise<Run | null> {
  const { budgetMs = Infinity, onStep = () => {} } = options;
  let endMs = Infinity;
  let smallest = cut(failed);
  if (!(await stillFails(smallest))) return null;
  endMs = realMs() + budgetMs;
  for (let before: Run | null = null; before !== smallest; ) {
    before = smallest;
    for (const kind of LIMITS) await limit(kind);
    await minimised(keptSteps(smallest), async (kept) => {
      const { seed, steps } = smallest;
      return (await stillFails({ seed, steps, leftOut: stepsWithout(kept, steps) })) ? keptSteps(smallest) : null;
    });
  }
  return smallest;

  async function limit(kind: (typeof LIMITS)[number]): Promise<void> {
    const { seed } = smallest;
    const most = Math.min(MOST_LIMIT, (seed.limits?.[kind] ?? Infinity) - 1);
    for (let count = 1; count <= most; count += 1) {
      const limits = { ...seed.limits, [kind]: count };
      if (await stillFails({ ...smallest, seed: { ...seed, limits } })) return;
    }
  }

  async function stillFails({ seed, steps, leftOut }: Course): Promise<boolean> {
    if (realMs() >= endMs) return false;
    const run = await runSeed(ring, seed, { steps, leftOut, onStep });
    const isSame = run.failure?.invariant === failed.failure?.invariant;
    if (isSame) smallest = cut(run);
    return isSame;
  }
}

/** Without the steps after the one that failed: it fails there all the same. */
function cut(run: Run): Run {
  if (run.failure === null) return run;
  const steps = run.failure.step + 1;
  return { ...run, steps, leftOut: new Set([...run.leftOut].filter((step) => step < steps)) };
}
