import { z } from 'zod';
import { HardwareMetadata } from './hardware-metadata.ts';
import { Instant } from './json.ts';
import { PassedOnDetail } from './volume-report.ts';
import { EffectiveStatus, VolumeStatus } from './status.ts';

const { status_info, reason, checks } = HardwareMetadata.shape;

/** A volume as the manager vouches for it: the effective status, and always a reason. It has no ages, only instants. */
export const VolumeHealth = z
  .object({
    proxy_name: z.string().describe("The proxy's name in the manager's configuration."),
    volume_id: z.string().describe("The volume's name at its proxy."),
    backend_type: z.string().describe('Kind of storage system: `gpfs`, `cephfs`, `vfs`…; `unknown` if never reported.'),
    status: EffectiveStatus.describe('The status as the manager can vouch for it now.'),
    status_info,
    is_healthy: z.boolean().describe('True for `healthy` only.'),
    is_degraded: z.boolean().describe('Usable, but an administrator should look.'),
    reason,
    last_checked_at: Instant.nullable().describe('When the storage was last asked; kept while the status is unknown.'),
    since: Instant.nullable().describe('Since when the status has been what it is.'),
    last_known_status: VolumeStatus.nullable().describe('The latest verdict of the proxy; kept while unknown.'),
    checks,
    ...PassedOnDetail.shape,
  })
  .meta({ id: 'VolumeHealth', description: 'Health of one volume, as the manager vouches for it now.' });
export type VolumeHealth = z.infer<typeof VolumeHealth>;
