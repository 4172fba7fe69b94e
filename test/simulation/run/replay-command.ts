import { keptSteps } from './kept-steps.ts';
import type { RingName } from '../rings.ts';
import type { Run } from './run-seed.ts';

/** The command that does the same again, up to where it went wrong. */
export function replayCommand(ring: RingName, run: Run): string {
  const { seed, failure, leftOut } = run;
  const steps = failure === null ? run.steps : failure.step + 1;
  const keep = leftOut.size === 0 ? [] : [`--keep ${keptSteps({ steps, leftOut }).join(',') || 'none'}`];
  const limits = Object.entries(seed.limits ?? {}).map(([kind, limit]) => `--${kind} ${limit}`);
  return ['npm run simulate --', `--ring ${ring} --seed ${seed.number} --steps ${steps}`, ...keep, ...limits].join(' ');
}
