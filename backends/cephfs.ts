import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { mountChecks } from './mount/mount-checks.ts';

/** A metadata server answers it each time; a stat may be answered from memory and statfs by the monitors alone. */
const XATTR = 'ceph.dir.rentries';

/** CephFS, mounted by the kernel's client or by ceph-fuse. */
export const cephfs = defineBackend({
  options: z.object({}),
  open: (volume) => mountChecks(volume, { expectedTypes: ['ceph', 'fuse.ceph-fuse'], xattr: XATTR }),
});
