import { type Capacity, isOutOfBlocks, isOutOfInodes } from './capacity.ts';
import type { MountLook } from './mount-look.ts';
import type { MountFault } from './mount-fault.ts';

const READ_ONLY_OPTIONS = ['ro', 'emergency_ro'];
/** How XFS names enforced project quotas; `pqnoenforce` counts, but does not hold anybody. */
const PROJECT_QUOTA_OPTIONS = ['prjquota', 'pquota'];

/** What impairs a volume that can be used, the worst first. */
export function findWarnings(
  { evidence: { stat, statfs }, row, asRoot, capacityWarnPercent, needsProjectQuota }: MountLook,
  { capacity, nearlyFull, vanished }: { capacity: Capacity | null; nearlyFull: boolean; vanished: MountFault | null },
): MountFault[] {
  const options = row === null ? [] : [...row.options, ...row.superOptions];
  const readOnly = READ_ONLY_OPTIONS.find((option) => options.includes(option));
  const mode = stat === undefined ? 0o777 : stat.mode & 0o7777;
  const isOutOf = {
    blocks: statfs !== undefined && capacity !== null && isOutOfBlocks(capacity, statfs),
    inodes: statfs !== undefined && isOutOfInodes(statfs),
  };
  const hasProjectQuota = PROJECT_QUOTA_OPTIONS.some((option) => options.includes(option));
  const warnings: (MountFault | false | null)[] = [
    readOnly !== undefined && { reason: 'READ_ONLY', info: `mounted ${readOnly}` },
    isOutOf.blocks && { reason: 'FULL', info: 'no block is left' },
    isOutOf.inodes && { reason: 'OUT_OF_INODES', info: 'no inode is left' },
    vanished,
    needsProjectQuota &&
      row !== null &&
      !hasProjectQuota && { reason: 'QUOTA_NOT_ENFORCED', info: 'mounted without prjquota' },
    asRoot && (mode & 0o555) === 0 && { reason: 'PERMISSIONS_CLOSED', info: `its mode is ${mode.toString(8)}` },
    nearlyFull && { reason: 'NEARLY_FULL', info: `the threshold is ${capacityWarnPercent} %` },
  ];
  return warnings.filter((warning) => warning !== false && warning !== null);
}
