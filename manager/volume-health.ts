import { isoOf, type Moment } from '../probe/clock.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { ReceivedVolumeReport } from '../schema/volume-report.ts';
import { effectiveStatus, type ProxyView } from './effective-status.ts';

/** The last verdict on a volume, which outlives the time when nothing is known. */
export interface Verdict extends Pick<VolumeHealth, 'status' | 'since'> {
  /** As the proxy said it, and in which of its epochs: a restarted proxy counts anew. */
  readonly reportedSince: string | null;
  readonly epoch: string | null;
}

/** A volume as the manager vouches for it; what is not known of it is absent or null. Pure. */
export function volumeHealth(input: {
  proxy: string;
  volume: string;
  view: ProxyView | null;
  previous: VolumeHealth | null;
  /** The last one, from before the manager knew nothing. */
  verdict: Verdict | null;
  now: Moment;
}): VolumeHealth {
  const { proxy, volume, view, previous, verdict, now } = input;
  const { status, reason, sentence } = effectiveStatus(view, volume, now.mono);
  const report = view?.received?.volumes.get(volume) ?? null;
  const isUnknown = status === 'unknown';
  return {
    ...(report === null ? {} : passedOn(report)),
    proxy_name: proxy,
    volume_id: volume,
    backend_type: report?.backend ?? previous?.backend_type ?? 'unknown',
    status,
    status_info: sentence ?? report?.status_info ?? null,
    is_healthy: status === 'healthy',
    is_degraded: !isUnknown && (report?.degraded ?? false),
    reason,
    last_checked_at: report?.last_checked_at ?? previous?.last_checked_at ?? null,
    since: status === 'unknown' ? unknownSince(previous, now) : verdictSince({ status, view, report, verdict, now }),
    last_known_status: lastKnown(report) ?? previous?.last_known_status ?? null,
    checks: report?.checks ?? [],
  };
}

/** What goes through as the proxy said it: a field added to the report's schema comes along by itself. */
function passedOn(received: ReceivedVolumeReport) {
  const { status, status_info, backend, last_checked_at, degraded, reason, since, checks, ...rest } = received;
  const { checked_mono_ms, next_check_mono_ms, ...detail } = rest;
  return detail;
}

function lastKnown(report: ReceivedVolumeReport | null): VolumeHealth['last_known_status'] {
  return report === null || report.last_checked_at === null ? null : report.status;
}

/** What is to be remembered of a volume whose status is known. Pure. */
export function verdictOf({ status, since, volume_id }: VolumeHealth, view: ProxyView): Verdict {
  const { received } = view;
  return {
    status,
    since,
    reportedSince: received?.volumes.get(volume_id)?.since ?? null,
    epoch: received?.epoch ?? null,
  };
}

const unknownSince = (previous: VolumeHealth | null, now: Moment): string | null =>
  previous?.status === 'unknown' ? previous.since : isoOf(now);

/**
 * Since when the proxy says so; but a verdict that is the same after the proxy's restart, which counts anew, keeps the
 * instant that it had before, whatever was unknown in between.
 */
function verdictSince(input: {
  status: VolumeHealth['status'];
  view: ProxyView | null;
  report: ReceivedVolumeReport | null;
  verdict: Verdict | null;
  now: Moment;
}): string | null {
  const { status, view, report, verdict, now } = input;
  const reportedSince = report?.since ?? null;
  const isSameVerdict = verdict?.status === status;
  const isRestarted = verdict?.epoch !== view?.received?.epoch;
  if (isSameVerdict && (isRestarted || verdict.reportedSince === reportedSince)) return verdict.since;
  return reportedSince ?? isoOf(now);
}
