import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { mountChecks } from './mount/mount-checks.ts';

/** Any directory: a mount of whatever type, or a plain one. */
export const vfs = defineBackend({
  options: z.object({}),
  open: (volume) => mountChecks(volume, { expectedTypes: null }),
});
