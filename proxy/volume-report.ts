import { isoOf, type Moment } from '../probe/clock.ts';
import type { VolumeStatus } from '../schema/status.ts';
import type { VolumeReport } from '../schema/volume-report.ts';
import { type CheckState, decisive, foldChecks } from './verdict.ts';

/** A report and the latest verdict. */
export interface ReportedVolume {
  readonly report: VolumeReport;
  /** Outlives the time in which a volume that is configured otherwise has not been asked yet. */
  readonly verdict: Verdict | null;
}

/** A status and the instant since which it holds. */
interface Verdict {
  readonly status: VolumeStatus;
  readonly since: Moment;
}

/**
 * What the proxy says of a volume now. The times are those of the check that goes stale first, so that whoever reckons
 * with them never believes a check that is no longer made; but for advisory checks, which do not decide whether the
 * volume can be used. Pure.
 */
export function nextReport(
  previous: ReportedVolume | null,
  { backend, checks, now }: { backend: string; checks: readonly CheckState[]; now: Moment },
): ReportedVolume {
  const hwinfo = foldChecks(checks);
  const { state } = decisive(checks) ?? {};
  const timed = checks.filter(({ isAdvisory }) => !isAdvisory).reduce((a, b) => (staleAtMs(b) < staleAtMs(a) ? b : a));
  // Of a check that was never made nothing is known at all: it goes stale before any other.
  const { checkedAt } = timed.state;
  const known = previous?.verdict ?? null;
  const { status } = hwinfo;
  const verdict = checkedAt === null || known?.status === status ? known : { status, since: now };
  const report: VolumeReport = {
    ...hwinfo,
    backend,
    last_checked_at: checkedAt && isoOf(checkedAt),
    since: checkedAt && verdict && isoOf(verdict.since),
    state_type: state?.stateType ?? 'soft',
    attempt: state?.attempt ?? 0,
    interval_ms: timed.intervalMs,
    timeout_ms: timed.timeoutMs,
    probe_ms: state?.durationMs == null ? null : Math.round(state.durationMs * 10) / 10,
    checked_mono_ms: checkedAt && checkedAt.mono,
    next_check_mono_ms: timed.nextDueMs,
  };
  return { report, verdict };
}

/** Whether more moved than what each check measures anew: times and figures are no change. */
export function isChange(a: VolumeReport, b: VolumeReport): boolean {
  return JSON.stringify(withoutMeasured(a)) !== JSON.stringify(withoutMeasured(b));
}

/** Whether the figures of metadata or details moved. */
export function isOtherFigures(a: VolumeReport, b: VolumeReport): boolean {
  return JSON.stringify(figuresOf(a)) !== JSON.stringify(figuresOf(b));
}

/** Whether the verdict itself moved: that is a transition. */
export function isTransition(a: VolumeReport, b: VolumeReport): boolean {
  return a.status !== b.status || a.degraded !== b.degraded || a.reason !== b.reason || a.state_type !== b.state_type;
}

function staleAtMs({ state, intervalMs, timeoutMs }: CheckState): number {
  return (state.checkedAt?.mono ?? -Infinity) + 2.2 * intervalMs + timeoutMs;
}

function withoutMeasured(report: VolumeReport): object {
  return {
    ...report,
    last_checked_at: report.last_checked_at === null,
    probe_ms: null,
    checked_mono_ms: null,
    next_check_mono_ms: null,
    metadata: null,
    checks: report.checks.map(({ name, status, reason }) => ({ name, status, reason })),
  };
}

function figuresOf({ metadata, checks }: VolumeReport): object {
  return { metadata, details: checks.map(({ info }) => info) };
}
