import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { mountCheck } from './mount/mount-check.ts';

/** XFS on a disk of this host. */
export const xfs = defineBackend({
  options: z.object({}),
  open: (volume) => [mountCheck(volume, { expectedTypes: ['xfs'] })],
});
