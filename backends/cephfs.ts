import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { mountCheck } from './mount/mount-check.ts';

/** CephFS, mounted by the kernel's client or by ceph-fuse. */
export const cephfs = defineBackend({
  options: z.object({}),
  open: (volume) => [mountCheck(volume, { expectedTypes: ['ceph', 'fuse.ceph-fuse'] })],
});
