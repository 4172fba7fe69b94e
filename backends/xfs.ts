import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { mountChecks } from './mount/mount-checks.ts';

const Options = z.object({
  quota: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Whether project quotas are to be enforced; if they are not, the volume is degraded.'),
});

/** XFS on a disk of this host. */
export const xfs = defineBackend({
  options: Options,
  open: (volume) => mountChecks(volume, { expectedTypes: ['xfs'], needsProjectQuota: volume.options.quota }),
});
