import { z } from 'zod';
import { Check } from './check.ts';
import { Metadata } from './json.ts';
import { Reason } from './reason.ts';
import { VolumeStatus } from './status.ts';

/**
 * What a volume's `getHwinfo()` answers: `status`, `status_info` and `metadata` are the design document's
 * `HardwareMetadata`; the rest is ours.
 */
export const HardwareMetadata = z
  .object({
    status: VolumeStatus.describe('The worst of the checks: offline, then unavailable, then healthy.'),
    status_info: z
      .string()
      .nullable()
      .describe('One sentence, safe to show to anyone: no paths, devices, nodes, addresses or times.'),
    metadata: Metadata.describe('Details of the storage system. `not_checked` names what could not be asked here.'),
    degraded: z.boolean().describe('Usable, but an administrator should look.'),
    reason: Reason.describe('Stable code for the verdict.'),
    checks: z.array(Check).describe('Every check with its own answer.'),
  })
  .meta({ id: 'HardwareMetadata', description: 'Health of the storage behind a volume, from its latest checks.' });
export type HardwareMetadata = z.infer<typeof HardwareMetadata>;
