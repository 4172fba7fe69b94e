import type { ReceivedReport } from '../schema/health-report.ts';
import type { Reason } from '../schema/reason.ts';
import type { EffectiveStatus } from '../schema/status.ts';
import type { ReceivedVolumeReport } from '../schema/volume-report.ts';

/** What the manager knows of one proxy. */
export interface ProxyView {
  readonly isAsked: boolean;
  readonly isHealthy: boolean;
  /** Whether the manager itself was stopped or suspended since it last asked. */
  readonly isPaused: boolean;
  readonly pollIntervalMs: number;
  /** The last full report that was read, kept while the proxy is away. */
  readonly received: Received | null;
}

export interface Received {
  readonly report: ReceivedReport;
  /** When the report was asked for, on the manager's monotonic clock: all of the round trip counts as age. */
  readonly askedMonoMs: number;
  /** How many reports of this epoch there have been, with this one. */
  readonly reports: number;
}

export interface Effective {
  readonly status: EffectiveStatus;
  readonly reason: Reason;
  /** What people read; null where the volume's own sentence stands. */
  readonly sentence: string | null;
}

const DAY_MS = 86_400_000;
const GRACE_MS = 5_000;
const DEFAULT_INTERVAL_MS = 30_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * The status of a volume that the manager can vouch for: the one place where it is decided, for every surface.
 * `view` is null where the proxy is not configured. Pure, and always a value with a reason.
 */
export function effectiveStatus(view: ProxyView | null, volume: string, nowMonoMs: number): Effective {
  if (view === null) return unknown('PROXY_NOT_CONFIGURED', 'no such storage proxy is configured');
  if (view.isPaused) return unknown('OBSERVER_PAUSED', 'the manager was stopped and has not asked again yet');
  if (!view.isAsked) return unknown('NOT_CHECKED', 'not checked yet');
  if (!view.isHealthy) return unknown('PROXY_UNREACHABLE', 'the storage proxy does not answer');
  const report = view.received?.report.volumes.get(volume);
  if (report === undefined) return unknown('NOT_REPORTED', 'the storage proxy reports no such volume');
  if (report === null) return unknown('UNREADABLE_REPORT', "the storage proxy's report about it cannot be read");
  if (report.last_checked_at === null) {
    return unknown('NOT_CHECKED', report.status_info ?? 'not checked yet');
  }
  if (nowMonoMs > staleAtMs(view, report)) return unknown('STALE', 'the latest verdict is too old to be relied on');
  return { status: report.status, reason: report.reason ?? defaultReason(report), sentence: null };
}

/**
 * When a verdict turns stale, on the manager's monotonic clock: two intervals and a timeout after the storage was
 * asked, and what polling may add. A proxy that claims the future, or intervals beyond a day, is not believed.
 */
export function staleAtMs({ received, pollIntervalMs }: ProxyView, volume: ReceivedVolumeReport): number {
  if (received === null) return -Infinity;
  const { report, askedMonoMs } = received;
  const ageWhenAskedMs = Math.max(0, report.mono_ms - (volume.checked_mono_ms ?? report.mono_ms));
  const intervalMs = within(volume.interval_ms ?? DEFAULT_INTERVAL_MS);
  const timeoutMs = within(volume.timeout_ms ?? DEFAULT_TIMEOUT_MS);
  return askedMonoMs - ageWhenAskedMs + 2.2 * intervalMs + timeoutMs + 2 * pollIntervalMs + GRACE_MS;
}

const within = (ms: number): number => Math.min(Math.max(0, ms), DAY_MS);

const defaultReason = ({ status }: ReceivedVolumeReport): Reason => (status === 'healthy' ? 'OK' : 'UNRECOGNISED');

const unknown = (reason: Reason, sentence: string): Effective => ({ status: 'unknown', reason, sentence });
