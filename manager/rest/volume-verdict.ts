import { isoOf, type Moment } from '../../probe/clock.ts';
import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import type { VolumeStatus } from '../../schema/status.ts';
import type { TargetState } from '../../probe/target-state.ts';
import type { Hwinfo } from './hwinfo.ts';

/** How often volumes are asked for, and how long each answer may take. */
export interface VolumePace {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** A volume of which nothing is known yet but that it is there. */
export const UNASKED_VOLUME: ReceivedVolumeReport = {
  status: 'unavailable',
  status_info: 'not checked yet',
  backend: 'unknown',
  last_checked_at: null,
  degraded: false,
  reason: 'NOT_CHECKED',
  checks: [],
};

const STATUS_OF = {
  pass: 'healthy',
  warn: 'healthy',
  unknown: 'unavailable',
  fail: 'offline',
} as const satisfies Record<Hwinfo['status'], VolumeStatus>;

export interface Asked {
  readonly hwinfo: Hwinfo;
  /** When the proxy was asked: what it says is no younger. */
  readonly askedAt: Moment;
  readonly state: Pick<TargetState<unknown, never>, 'checkedAt' | 'attempt' | 'stateType'>;
  /** On the monotonic clock. */
  readonly nextDueMs: number | null;
  readonly pace: VolumePace;
}

/** A volume as a proxy of ours would report it, on the manager's own clock. Pure. */
export function nextVolumeReport(previous: ReceivedVolumeReport, asked: Asked): ReceivedVolumeReport {
  const { hwinfo, askedAt, state, nextDueMs, pace } = asked;
  const status = STATUS_OF[hwinfo.status];
  const at = isoOf(askedAt);
  const tookMs = Math.round((state.checkedAt?.mono ?? askedAt.mono) - askedAt.mono);
  const isSame = previous.status === status && previous.last_checked_at !== null;
  const { status: check, reason, info } = hwinfo;
  return {
    status,
    status_info: hwinfo.sentence,
    backend: previous.backend,
    last_checked_at: at,
    metadata: hwinfo.metadata,
    degraded: check === 'warn',
    reason,
    checks: [{ name: 'backend', status: check, reason, info, checked_at: at, duration_ms: tookMs }],
    since: isSame ? (previous.since ?? at) : at,
    state_type: state.stateType,
    attempt: state.attempt,
    interval_ms: pace.intervalMs,
    timeout_ms: pace.timeoutMs,
    probe_ms: tookMs,
    checked_mono_ms: askedAt.mono,
    next_check_mono_ms: nextDueMs,
  };
}
