import type { Run } from './run-seed.ts';

/** The steps of a run whose deeds are done. */
export function keptSteps({ steps, leftOut }: Pick<Run, 'steps' | 'leftOut'>): number[] {
  return Array.from({ length: steps }, (_, step) => step).filter((step) => !leftOut.has(step));
}

/** All the other steps of a run. */
export function stepsWithout(kept: readonly number[], steps: number): ReadonlySet<number> {
  const left = new Set(Array.from({ length: steps }, (_, step) => step));
  for (const step of kept) left.delete(step);
  return left;
}
