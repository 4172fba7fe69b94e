import type { MountAnswer, MountQuestion, MountStep } from './mount-question.ts';

/**
 * Asks a path in a worker process. Resolves with the evidence once every step was answered or one failed; stays
 * pending while a call hangs, however long; rejects with an `OwnTrouble` when it could not be asked (no process,
 * the worker died, too many are stuck). `onStep` hears of each step before it is made, so that a hang is located.
 */
export type MountAsker = <Q extends MountQuestion>(
  question: Q,
  onStep?: (step: MountStep) => void,
) => Promise<MountAnswer<Q>>;

/** Asking failed for a reason of our own; the storage said nothing. */
export class OwnTrouble extends Error {
  override readonly name = 'OwnTrouble';
  readonly reason: 'CHECK_FAILED' | 'TOO_MANY_STUCK';
  constructor(message: string, reason: 'CHECK_FAILED' | 'TOO_MANY_STUCK' = 'CHECK_FAILED', options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
