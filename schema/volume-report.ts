import { z } from 'zod';
import { HardwareMetadata } from './hardware-metadata.ts';
import { Instant } from './json.ts';
import { Reason } from './reason.ts';
import { StateType } from './status.ts';

const { status, status_info, ...evidence } = HardwareMetadata.shape;

/** The compatible floor: all that a caller without the secret sees of a volume. */
export const PublicVolumeReport = z.object({
  status,
  status_info,
  backend: z.string().describe('Kind of storage system, as configured: `gpfs`, `cephfs`, `vfs`…'),
  last_checked_at: Instant.nullable().describe('When the storage was last asked; null before the first answer.'),
});
export type PublicVolumeReport = z.infer<typeof PublicVolumeReport>;

/** What a caller with the secret sees beside the floor. A field added here reaches every surface. */
const VolumeDetail = z.object({
  ...evidence,
  since: Instant.nullable().describe('Since when the status has been what it is.'),
  state_type: StateType.describe('Whether the verdict has been confirmed.'),
  attempt: z.int32().describe('How many checks in a row have said so, up to the number that confirms it.'),
  interval_ms: z.number().describe('How often the check is made that goes stale first, in milliseconds.'),
  timeout_ms: z.number().describe('How long that check may take, in milliseconds.'),
  probe_ms: z.number().nullable().describe('How long the storage took for its latest answer, in milliseconds.'),
});

/** Readings of the proxy's monotonic clock: meaningful only beside the report's `mono_ms`. */
const MonotonicTimes = z.object({
  checked_mono_ms: z.number().nullable().describe("When the storage was last asked, by the proxy's monotonic clock."),
  next_check_mono_ms: z.number().nullable().describe("When it is asked next, by the proxy's monotonic clock."),
});

/** A volume as its proxy reports it to a caller with the secret. */
export const VolumeReport = PublicVolumeReport.extend({ ...VolumeDetail.shape, ...MonotonicTimes.shape }).meta({
  id: 'VolumeReport',
  description: 'A volume as its storage proxy reports it.',
});
export type VolumeReport = z.infer<typeof VolumeReport>;

/**
 * A volume as the manager reads it off the wire: beside the floor nothing is required, and a reason that a newer
 * proxy knows and we do not is read as `UNRECOGNISED`, so that versions may differ.
 */
export const ReceivedVolumeReport = PublicVolumeReport.extend(
  VolumeDetail.extend({ ...MonotonicTimes.shape, reason: Reason.catch('UNRECOGNISED') }).partial().shape,
);
export type ReceivedVolumeReport = z.infer<typeof ReceivedVolumeReport>;

/** The detail that the manager passes on, each absent where a volume was never reported with it. */
export const PassedOnDetail = VolumeDetail.omit({
  degraded: true,
  reason: true,
  checks: true,
  since: true,
}).partial();
