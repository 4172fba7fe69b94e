import type { Run } from './run-seed.ts';

/** What many runs came to. */
export interface Tally {
  readonly add: (run: Run) => void;
  readonly seeds: () => number;
  /** How many steps were taken. */
  readonly steps: () => number;
  readonly simulatedMs: () => number;
  readonly happened: () => number;
  readonly counts: () => ReadonlyMap<string, number>;
  /** The runs that failed, in the order of their seeds. */
  readonly failed: () => readonly Run[];
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const failed: Run[] = [];
  let seeds = 0;
  let steps = 0;
  let simulatedMs = 0;
  let happened = 0;
  return {
    add(run) {
      seeds += 1;
      steps += run.failure === null ? run.steps : run.failure.step + 1;
      simulatedMs += run.simulatedMs;
      happened += run.happened;
      for (const [what, count] of run.counts) counts.set(what, (counts.get(what) ?? 0) + count);
      if (run.failure !== null) failed.push(run);
    },
    seeds: () => seeds,
    steps: () => steps,
    simulatedMs: () => simulatedMs,
    happened: () => happened,
    counts: () => counts,
    failed: () => failed.toSorted((a, b) => a.seed.number - b.seed.number),
  };
}
