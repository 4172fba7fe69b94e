import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import type { Received } from '../received.ts';

/** What a proxy has told of its volumes, with its times on the manager's own monotonic clock. Pure. */
export function knownVolumes({ volumes, offsetMs }: Received): ReadonlyMap<string, ReceivedVolumeReport> {
  const own = (ms: number | null | undefined) => (ms == null ? null : ms + offsetMs);
  const known = new Map<string, ReceivedVolumeReport>();
  for (const [name, volume] of volumes) {
    if (volume === null) continue;
    const { checked_mono_ms, next_check_mono_ms } = volume;
    known.set(name, {
      ...volume,
      checked_mono_ms: own(checked_mono_ms),
      next_check_mono_ms: own(next_check_mono_ms),
    });
  }
  return known;
}
