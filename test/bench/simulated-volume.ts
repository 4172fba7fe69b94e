import type { Check } from '../../schema/check.ts';
import type { VolumeStatus } from '../../schema/status.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';

export const INTERVAL_MS = 30_000;
const TIMEOUT_MS = 5_000;
const CAPACITY_BYTES = 500 * 2 ** 40;

/** What of a simulated volume is kept; all else about it is made up whenever somebody asks. */
export interface SimulatedVolume {
  /** Counts all volumes of the fleet. */
  readonly ordinal: number;
  readonly proxy: string;
  readonly name: string;
  status: VolumeStatus;
  /** The number of the change that it went through last, 0 before the first. */
  serial: number;
  /** Counts the checks that found another fill. */
  fills: number;
  sinceMs: number;
  changedMonoMs: number;
}

/** The share of an interval by which a volume's checks are later than those of the first: evenly spread. */
export function phaseOf(ordinal: number): number {
  return (ordinal * 0.618_033_988_749_894_9) % 1;
}

/** A report of the size and the kind that a mounted volume has; its times go on by themselves. */
export function simulatedReport(volume: SimulatedVolume, now: { wall: number; mono: number }): VolumeReport {
  const { ordinal, proxy, name, status, serial, fills, sinceMs, changedMonoMs } = volume;
  const sinceDueMs = (now.mono - phaseOf(ordinal) * INTERVAL_MS) % INTERVAL_MS;
  const checkedMonoMs = Math.max(now.mono - sinceDueMs, changedMonoMs);
  const checkedAt = new Date(now.wall - (now.mono - checkedMonoMs)).toISOString();
  const durationMs = Math.round((1 + phaseOf(Math.floor(checkedMonoMs)) * 4) * 10) / 10;
  const usedBytes = Math.round(CAPACITY_BYTES * (0.3 + 0.4 * phaseOf(ordinal))) + fills * 2 ** 30;
  const source = `filer${ordinal % 97}.storage.example:/export/${name}`;
  const info = `/vfroot/${name} is on nfs4 ${source}, ${usedBytes} of ${CAPACITY_BYTES} bytes used`;
  const reason = status === 'healthy' ? 'OK' : 'IO_ERROR';
  const check: Check = {
    name: 'mount',
    status: status === 'healthy' ? 'pass' : 'fail',
    reason,
    info,
    checked_at: checkedAt,
    duration_ms: durationMs,
  };
  return {
    status,
    status_info: serial === 0 ? `mounted, ${usedPercent(usedBytes)} % used` : `simulated change ${serial}`,
    backend: 'vfs',
    last_checked_at: checkedAt,
    metadata: {
      fstype: 'nfs4',
      capacity_bytes: CAPACITY_BYTES,
      used_bytes: usedBytes,
      available_bytes: CAPACITY_BYTES - usedBytes,
      used_percent: usedPercent(usedBytes),
      cluster: { name: `storage of ${proxy}`, release: '4.4.10.183', nodes_up: 8, nodes: 8, license: 'valid' },
      not_checked: ['extended attribute'],
    },
    degraded: false,
    reason,
    checks: [check],
    since: new Date(sinceMs).toISOString(),
    state_type: 'hard',
    attempt: status === 'healthy' ? 1 : 3,
    interval_ms: INTERVAL_MS,
    timeout_ms: TIMEOUT_MS,
    probe_ms: durationMs,
    checked_mono_ms: checkedMonoMs,
    next_check_mono_ms: now.mono - sinceDueMs + INTERVAL_MS,
  };
}

const usedPercent = (bytes: number): number => Math.round((bytes / CAPACITY_BYTES) * 20) * 5;
