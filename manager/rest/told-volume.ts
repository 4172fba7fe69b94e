import { printable } from '../../schema/printable.ts';
import type { Reason } from '../../schema/reason.ts';
import type { VolumeStatus } from '../../schema/status.ts';
import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import type { VolumePace } from './volume-verdict.ts';

/** What the manager knows of an answer that tells of volumes. */
export interface ToldAt {
  /** When it was asked for, on the manager's monotonic clock. */
  readonly askedMonoMs: number;
  /** When it was made, by the proxy's own wall clock; null where it does not say. */
  readonly madeMs: number | null;
}

const MAX_BACKEND_BYTES = 64;

const REASON_OF = {
  healthy: 'OK',
  offline: 'STORAGE_DOWN',
  unavailable: 'HWINFO_FAILED',
} as const satisfies Record<VolumeStatus, Reason>;

/** What an answer may be older than it says: its date has whole seconds. */
const DATE_MS = 1_000;

/**
 * A volume as a proxy tells it that has no monotonic clock to tell. Its age is what one and the same wall clock makes of it,
 * reckoned from before the answer was asked for; where there is no such clock, it is as old as the first answer that had
 * it. Never younger than it can be. Pure.
 */
export function toldVolume(
  volume: ReceivedVolumeReport,
  previous: ReceivedVolumeReport | null,
  { at, pace }: { at: ToldAt; pace: VolumePace },
): ReceivedVolumeReport {
  const { status, status_info, degraded = false, last_checked_at } = volume;
  const told: ReceivedVolumeReport = {
    interval_ms: pace.intervalMs,
    timeout_ms: pace.timeoutMs,
    reason: degraded && status === 'healthy' ? 'STORAGE_DEGRADED' : REASON_OF[status],
    ...volume,
    status_info: status_info === null ? null : printable(status_info),
    backend: printable(volume.backend, MAX_BACKEND_BYTES),
  };
  if (last_checked_at === null) return { ...told, checked_mono_ms: null };
  const checkedMs = Date.parse(last_checked_at);
  const iso = new Date(checkedMs).toISOString();
  const isKnown = previous?.last_checked_at === iso && previous.checked_mono_ms != null;
  const ageMs = at.madeMs === null ? 0 : Math.max(0, at.madeMs - checkedMs) + DATE_MS;
  return {
    ...told,
    last_checked_at: iso,
    checked_mono_ms: isKnown ? previous.checked_mono_ms : at.askedMonoMs - ageMs,
  };
}
