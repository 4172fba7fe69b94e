import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { pathChecks } from './mount/path-checks.ts';

/** Any directory: a mount of whatever type, or a plain one. */
export const vfs = defineBackend({
  options: z.strictObject({}),
  open: (volume) => pathChecks(volume, { expectedTypes: null }),
});
