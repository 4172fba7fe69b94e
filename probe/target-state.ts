import type { StateType } from '../schema/status.ts';
import type { Moment } from './clock.ts';
import type { Outcome } from './outcome.ts';

/** What an outcome means to whoever registered the target. */
export interface Reading {
  /** Whether it counts as a success: failures are re-checked sooner, and confirmed by repetition. */
  readonly ok: boolean;
  /** Names the state: a target whose label moves is in another state. */
  readonly label: string;
  /** Ask again this soon, though it is a success: the answer was there, but not yet complete. */
  readonly againMs?: number;
}

/** All that is known of one target. A value: each outcome makes a new one. */
export interface TargetState<A, R extends Reading> {
  /** The latest answer; an outcome without one never erases it. */
  readonly lastAnswer: A | null;
  readonly reading: R | null;
  readonly checkedAt: Moment | null;
  readonly durationMs: number | null;
  /** Since when the label has been what it is. */
  readonly since: Moment | null;
  /** How many outcomes in a row had the same `ok`, up to `CONFIRMING_ATTEMPTS`. */
  readonly attempt: number;
  /** A success is hard at once; a failure when it has been seen `CONFIRMING_ATTEMPTS` times in a row. */
  readonly stateType: StateType;
}

export const CONFIRMING_ATTEMPTS = 3;

export const UNASKED: TargetState<never, never> = {
  lastAnswer: null,
  reading: null,
  checkedAt: null,
  durationMs: null,
  since: null,
  attempt: 0,
  stateType: 'soft',
};

/** The state after an outcome that was read as `reading`. Pure. */
export function nextState<A, R extends Reading>(
  previous: TargetState<A, R>,
  { outcome, reading, startedAt, finishedAt }: Finished<A, R>,
): TargetState<A, R> {
  const repeated = previous.reading?.ok === reading.ok;
  const attempt = repeated ? Math.min(previous.attempt + 1, CONFIRMING_ATTEMPTS) : 1;
  return {
    lastAnswer: outcome.kind === 'answer' ? outcome.answer : previous.lastAnswer,
    reading,
    checkedAt: finishedAt,
    durationMs: finishedAt.mono - startedAt.mono,
    since: previous.reading?.label === reading.label ? previous.since : finishedAt,
    attempt,
    stateType: reading.ok || attempt >= CONFIRMING_ATTEMPTS ? 'hard' : 'soft',
  };
}

export interface Finished<A, R extends Reading> {
  readonly outcome: Outcome<A>;
  readonly reading: R;
  readonly startedAt: Moment;
  readonly finishedAt: Moment;
}
