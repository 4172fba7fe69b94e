import type { CheckAnswer } from '../backends/backend.ts';
import { isoOf } from '../probe/clock.ts';
import type { Reading, TargetState } from '../probe/target-state.ts';
import type { Check } from '../schema/check.ts';
import type { HardwareMetadata } from '../schema/hardware-metadata.ts';
import type { Metadata } from '../schema/json.ts';
import { printable } from '../schema/printable.ts';
import type { CheckStatus, VolumeStatus } from '../schema/status.ts';

/** An outcome of a check, read: what the storage said, or what its silence means. */
export interface CheckReading extends Reading {
  readonly answer: CheckAnswer;
}

/** A check of a volume with all that is known of it. */
export interface CheckState {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly isAdvisory: boolean;
  readonly yieldsToMount: boolean;
  readonly state: TargetState<CheckAnswer, CheckReading>;
  readonly nextDueMs: number | null;
}

const STATUS_OF = {
  fail: 'offline',
  unknown: 'unavailable',
  warn: 'healthy',
  pass: 'healthy',
} as const satisfies Record<CheckStatus, VolumeStatus>;

const BADNESS = { pass: 0, warn: 1, unknown: 2, fail: 3 } as const satisfies Record<CheckStatus, number>;

const UNASKED: CheckAnswer = { status: 'unknown', reason: 'NOT_CHECKED', summary: 'not checked yet', info: null };

const MAX_METADATA_BYTES = 2_048;

export function readingOf(answer: CheckAnswer): CheckReading {
  const ok = answer.status === 'pass' || answer.status === 'warn';
  return { ok, label: `${answer.status}:${answer.reason}`, answer };
}

/** The check that decides a volume's verdict: the worst; of several what the storage system's API has said. */
export function decisive(checks: readonly CheckState[]): CheckState | undefined {
  const badness = (check: CheckState): number => BADNESS[statusFor(check, checks)];
  return checks
    .filter(counts)
    .toSorted((a, b) => badness(b) - badness(a) || Number(knowsWhy(b)) - Number(knowsWhy(a)))
    .at(0);
}

/** A mount knows only that something is wrong; and an API that cannot be asked knows nothing. */
const knowsWhy = (check: CheckState): boolean =>
  check.name === 'backend' && !check.isAdvisory && latest(check).status !== 'unknown';

/**
 * A volume's `getHwinfo()`: the fold of its latest checks. fail → offline, unknown → unavailable, warn → healthy and
 * degraded; the worst check's sentence speaks for the volume. Pure.
 */
export function foldChecks(checks: readonly CheckState[]): HardwareMetadata {
  const worst = decisive(checks);
  const { reason, summary } = worst === undefined ? UNASKED : latest(worst);
  const status = worst === undefined ? UNASKED.status : statusFor(worst, checks);
  return {
    status: STATUS_OF[status],
    status_info: printable(summary),
    metadata: metadataOf(checks),
    degraded: status === 'warn',
    reason,
    checks: checks.map(checkOf),
  };
}

function latest({ state }: CheckState): CheckAnswer {
  return state.reading?.answer ?? UNASKED;
}

/** An advisory check that has not been made says nothing of the volume. */
const counts = (check: CheckState): boolean => !check.isAdvisory || latest(check).reason !== 'NOT_CHECKED';

/**
 * What a check makes of the volume: an advisory one, whatever became of it, a warning at worst; and so one that yields
 * to the mount, when it cannot tell and the mount answers well.
 */
function statusFor(check: CheckState, checks: readonly CheckState[]): CheckStatus {
  const { status, reason } = latest(check);
  if (check.isAdvisory) return status === 'pass' ? status : 'warn';
  const yields = check.yieldsToMount && status === 'unknown' && reason !== 'NOT_CHECKED';
  return yields && checks.some(isGoodMount) ? 'warn' : status;
}

const isGoodMount = (check: CheckState): boolean =>
  check.name === 'mount' && BADNESS[latest(check).status] <= BADNESS.warn;

function checkOf(check: CheckState): Check {
  const { status, reason, info } = latest(check);
  const { checkedAt, durationMs } = check.state;
  return {
    name: check.name,
    status,
    reason,
    info: info === null ? null : printable(info),
    checked_at: checkedAt && isoOf(checkedAt),
    duration_ms: durationMs === null ? null : Math.round(durationMs * 10) / 10,
  };
}

/** The checks' details side by side, within the bound: what does not fit is left out and counted. */
function metadataOf(checks: readonly CheckState[]): Metadata {
  const answers = checks.map(latest);
  const notChecked = answers.flatMap((answer) => answer.notChecked ?? []);
  const metadata: Metadata = notChecked.length > 0 ? { not_checked: notChecked } : {};
  let size = Buffer.byteLength(JSON.stringify(metadata));
  let leftOut = 0;
  for (const [key, value] of answers.flatMap((answer) => Object.entries(answer.metadata ?? {}))) {
    const bytes = Buffer.byteLength(JSON.stringify({ [key]: value }));
    if (size + bytes > MAX_METADATA_BYTES - 32) {
      leftOut += 1;
    } else {
      metadata[key] = value;
      size += bytes;
    }
  }
  return leftOut === 0 ? metadata : { ...metadata, left_out: leftOut };
}
