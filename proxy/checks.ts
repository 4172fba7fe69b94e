import type { CheckAnswer, CheckDefinition } from '../backends/backend.ts';
import { readFailure, readTimeout } from '../backends/failure.ts';
import type { Clock } from '../probe/clock.ts';
import { createHealthProbe, type HealthProbe } from '../probe/health-probe.ts';
import type { Outcome } from '../probe/outcome.ts';
import { stuckAfterMs } from '../probe/schedule.ts';
import { UNASKED } from '../probe/target-state.ts';
import { type CheckReading, type CheckState, readingOf } from './verdict.ts';

export interface ChecksOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Hears of every outcome of a check of a volume. */
  readonly onOutcome: (volume: string) => void;
}

/** The checks of all volumes, each made on its own schedule. */
export interface Checks {
  /**
   * Makes a volume's check from now on. Where it makes one of that name already it goes on in the new way: what is known
   * stays, and so does a call that is out.
   */
  readonly make: (volume: string, check: CheckDefinition) => void;
  /** Makes it no more: a call that is out is aborted, and nothing is known of it. */
  readonly end: (volume: string, check: CheckDefinition) => void;
  readonly state: (volume: string, check: CheckDefinition) => CheckState;
  /** Makes the check now, or joins it if it is under way; not if its answer is less than a second old. */
  readonly makeNow: (volume: string, check: CheckDefinition) => Promise<unknown>;
  readonly isEachMade: () => boolean;
  readonly stop: () => void;
}

interface Made {
  readonly volume: string;
  readonly check: CheckDefinition;
  /** The pace that is told: until it was made at a faster one, what was asked at the slower one is not late. */
  told: Pace;
}

type Pace = Pick<CheckDefinition, 'intervalMs' | 'timeoutMs'>;

const FRESH_MS = 1_000;

export function createChecks({ clock, random, onOutcome }: ChecksOptions): Checks {
  const all = new Map<string, Made>();
  const probe: HealthProbe<CheckAnswer, CheckReading> = createHealthProbe({
    clock,
    random,
    read: (outcome, _target, id) =>
      readingOf(answerOf(outcome, all.get(id)!.check, probe.state(id)?.lastAnswer ?? null)),
  });
  probe.onOutcome((id) => {
    const made = all.get(id)!;
    made.told = made.check;
    onOutcome(made.volume);
  });

  return {
    make(volume, check) {
      const id = idOf(volume, check);
      const before = all.get(id);
      all.set(id, { volume, check, told: before === undefined ? check : slower(before.told, check) });
      if (before === undefined) probe.register(id, check);
      else probe.adjust(id, check);
    },
    end(volume, check) {
      const id = idOf(volume, check);
      probe.unregister(id);
      all.delete(id);
    },
    state(volume, check) {
      const id = idOf(volume, check);
      const { intervalMs, timeoutMs } = all.get(id)?.told ?? check;
      const { name, isAdvisory = false, yieldsToMount = false } = check;
      const dueMs = probe.nextDueMs(id) ?? Infinity;
      const nextDueMs = dueMs === Infinity ? null : dueMs;
      return { name, intervalMs, timeoutMs, isAdvisory, yieldsToMount, state: probe.state(id) ?? UNASKED, nextDueMs };
    },
    async makeNow(volume, check) {
      const id = idOf(volume, check);
      if (!isFresh(id, check)) await probe.checkNow(id);
    },
    isEachMade: () =>
      [...all].every(([id, { check }]) => check.isAdvisory === true || probe.state(id)?.reading != null),
    stop: probe.stop,
  };

  function isFresh(id: string, { name, intervalMs }: CheckDefinition): boolean {
    const checkedAt = probe.state(id)?.checkedAt;
    // However often somebody looks, files are written no oftener than configured.
    return checkedAt != null && clock.mono() - checkedAt.mono < (name === 'write' ? intervalMs : FRESH_MS);
  }
}

/** Names of volumes have no slash. */
const idOf = (volume: string, { name }: CheckDefinition): string => `${volume}/${name}`;

function slower(a: Pace, b: Pace): Pace {
  return { intervalMs: Math.max(a.intervalMs, b.intervalMs), timeoutMs: Math.max(a.timeoutMs, b.timeoutMs) };
}

/** What the storage said, or what its silence and our failures mean. */
function answerOf(outcome: Outcome<CheckAnswer>, check: CheckDefinition, last: CheckAnswer | null): CheckAnswer {
  if (outcome.kind === 'answer') return outcome.answer;
  if (outcome.kind === 'error') return readFailure(outcome.error);
  const { timeoutMs, waitedMs } = outcome;
  const step = check.pendingStep?.() ?? null;
  const silence = readTimeout({ name: check.name, timeoutMs, waitedMs, stuckAfterMs: stuckAfterMs(check), step });
  // A mount that has answered with a failure is not better off because it now does not answer at all.
  const stillFails = check.name === 'mount' && silence.status === 'unknown' && last?.status === 'fail';
  return stillFails ? { ...last, info: `${last.info ?? last.summary}; since then ${silence.info}` } : silence;
}
