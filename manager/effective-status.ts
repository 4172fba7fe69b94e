import type { Reason } from '../schema/reason.ts';
import type { EffectiveStatus } from '../schema/status.ts';
import type { ReceivedVolumeReport } from '../schema/volume-report.ts';
import type { Received } from './received.ts';

/** What the manager knows of one proxy. */
export interface ProxyView {
  readonly isAsked: boolean;
  readonly isHealthy: boolean;
  /** What has made the manager itself deaf since it last asked; null if nothing has. */
  readonly disturbance: 'paused' | 'overloaded' | null;
  readonly pollIntervalMs: number;
  /** What the proxy has told, kept while it is away. */
  readonly received: Received | null;
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
/** As often as a proxy's stream tells of times that moved. */
const BEAT_MS = 10_000;

/**
 * The status of a volume that the manager can vouch for: the one place where it is decided, for every surface.
 * `view` is null where the proxy is not configured. Pure, and always a value with a reason.
 */
export function effectiveStatus(view: ProxyView | null, volume: string, nowMonoMs: number): Effective {
  if (view === null) return unknown('PROXY_NOT_CONFIGURED', 'no such storage proxy is configured');
  if (view.disturbance === 'paused') {
    return unknown('OBSERVER_PAUSED', 'the manager was stopped and has not asked again yet');
  }
  if (view.disturbance === 'overloaded') {
    return unknown('OBSERVER_OVERLOADED', 'the manager is too busy to hear the storage proxy in time');
  }
  if (!view.isAsked) return unknown('NOT_CHECKED', 'not checked yet');
  if (!view.isHealthy) return unknown('PROXY_UNREACHABLE', 'the storage proxy does not answer');
  const report = view.received?.volumes.get(volume);
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
 * asked, and what polls and beats may add. Intervals beyond a day are not believed.
 */
export function staleAtMs({ received, pollIntervalMs }: ProxyView, volume: ReceivedVolumeReport): number {
  if (received === null) return -Infinity;
  const checkedMonoMs = (volume.checked_mono_ms ?? -Infinity) + received.offsetMs;
  const intervalMs = within(volume.interval_ms ?? DEFAULT_INTERVAL_MS);
  const timeoutMs = within(volume.timeout_ms ?? DEFAULT_TIMEOUT_MS);
  return checkedMonoMs + 2.2 * intervalMs + timeoutMs + 2 * Math.max(pollIntervalMs, BEAT_MS) + GRACE_MS;
}

const within = (ms: number): number => Math.min(Math.max(0, ms), DAY_MS);

const defaultReason = ({ status }: ReceivedVolumeReport): Reason => (status === 'healthy' ? 'OK' : 'UNRECOGNISED');

const unknown = (reason: Reason, sentence: string): Effective => ({ status: 'unknown', reason, sentence });
