import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { mountCheck } from './mount/mount-check.ts';

/** Any directory: a mount of whatever type, or a plain one. */
export const vfs = defineBackend({
  options: z.object({}),
  open: (volume) => [mountCheck(volume, { expectedTypes: null })],
});
