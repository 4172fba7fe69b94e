import type { MountStep, StepFailure } from '../mount-question.ts';
import { systemError } from './system-error.ts';

/** What a run of steps came to that failed. */
export interface Failed {
  readonly outcome: 'failed';
  readonly failure: StepFailure;
}

/** Runs steps, each of which is named before it is made. An error of the system's ends them, and is told with its step. */
export async function inSteps<T>(
  onStep: (step: MountStep) => void,
  run: (begin: (step: MountStep) => void) => Promise<T>,
): Promise<T | Failed> {
  let step: MountStep = 'open';
  try {
    return await run((next) => {
      step = next;
      onStep(next);
    });
  } catch (error) {
    return { outcome: 'failed', failure: { step, ...systemError(error) } };
  }
}
