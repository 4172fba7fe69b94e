import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { pathChecks } from './mount/path-checks.ts';

const Options = z.strictObject({
  quota: z
    .boolean({ error: 'expected true or false' })
    .default(false)
    .describe('Whether project quotas are to be enforced; if they are not, the volume is degraded.'),
});

/** XFS on a disk of this host. */
export const xfs = defineBackend({
  options: Options,
  open: (volume) => pathChecks(volume, { expectedTypes: ['xfs'], needsProjectQuota: volume.options.quota }),
});
