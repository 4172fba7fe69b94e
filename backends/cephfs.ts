import { z } from 'zod';
import { defineBackend } from './backend.ts';
import { clusterCheck, ClusterOptions } from './ceph/cluster-check.ts';
import { CEPH_TYPES } from './mount/mount-errno.ts';
import { pathChecks } from './mount/path-checks.ts';

const Options = z.strictObject({
  cluster: ClusterOptions.optional().describe('How to ask the cluster, too: for reasons and warnings only.'),
});

/** A metadata server answers it each time; a stat may be answered from memory and statfs by the monitors alone. */
const XATTR = 'ceph.dir.rentries';

/** CephFS, mounted by the kernel's client or by ceph-fuse. */
export const cephfs = defineBackend({
  options: Options,
  open(volume) {
    const mount = pathChecks(volume, { expectedTypes: CEPH_TYPES, xattr: XATTR });
    const { cluster } = volume.options;
    return cluster === undefined ? mount : [...mount, clusterCheck(volume, cluster)];
  },
});
