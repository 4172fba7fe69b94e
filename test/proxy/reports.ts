import type { VolumeReport } from '../../schema/volume-report.ts';

/** A healthy volume's report, checked at the start of the monotonic clock, but for what is given. */
export function reportOf(given: Partial<VolumeReport> = {}): VolumeReport {
  return {
    status: 'healthy',
    status_info: 'usable',
    backend: 'vfs',
    last_checked_at: '2026-01-22T10:00:00.000Z',
    metadata: {},
    degraded: false,
    reason: 'OK',
    checks: [],
    since: '2026-01-22T10:00:00.000Z',
    state_type: 'hard',
    attempt: 3,
    interval_ms: 30_000,
    timeout_ms: 5_000,
    probe_ms: 1,
    checked_mono_ms: 0,
    next_check_mono_ms: 30_000,
    ...given,
  };
}
