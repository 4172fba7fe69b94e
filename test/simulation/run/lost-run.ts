import type { Job } from './job.ts';
import type { Run } from './run-seed.ts';

/** How the process was lost that did a job. */
export interface Loss {
  readonly how: string;
  /** It ran on without getting anywhere; else it died. */
  readonly isStuck: boolean;
  /** What it printed last. */
  readonly output: string;
}

/** What is known of a run whose process was lost: only that all its steps lead there. */
export function lostRun({ seed, steps, leftOut }: Job, { how, isStuck, output }: Loss): Run {
  const failure = {
    invariant: isStuck ? 'bounded' : 'sound',
    message: `the process that ran it ${how}`,
    step: steps - 1,
    deeds: [],
    timeline: [],
    cause: output,
  } as const;
  return { seed, steps, leftOut, simulatedMs: 0, happened: 0, counts: new Map(), failure };
}
