import type { Run } from './run-seed.ts';
import { INVARIANTS, type Invariant } from '../world/violation.ts';

export interface FailureLine {
  readonly seed: number;
  readonly step: number;
  readonly invariant: Invariant;
}

/** A failure in one line, for people and for programs; empty for a run that did not fail. */
export function failureLine({ seed, failure }: Run): string {
  return failure === null ? '' : `seed ${seed.number}, step ${failure.step}: ${failure.invariant}: ${failure.message}`;
}

/** The first such line in a text; null if there is none. */
export function findFailureLine(text: string): FailureLine | null {
  const [, seed, step, invariant] = /^seed (\d+), step (\d+): (\w+): /m.exec(text) ?? [];
  if (invariant === undefined || !Object.hasOwn(INVARIANTS, invariant)) return null;
  return { seed: Number(seed), step: Number(step), invariant: invariant as Invariant };
}
