import type { MountFault } from './mount-fault.ts';
import type { MountEvidence, MountStep, StepFailure } from './mount-question.ts';
import type { MountRow } from './mountinfo.ts';

export interface FailureContext {
  readonly path: string;
  readonly row: MountRow | null;
  /** Types that the backend's file system has in mountinfo; `null` = any. */
  readonly expectedTypes: readonly string[] | null;
  /** The path is the root of a mount. */
  readonly isMountPoint: boolean;
  readonly asRoot: boolean;
  readonly stat: MountEvidence['stat'];
}

/**
 * Linux errno by number: Node has no name for some of them, and `os.constants.errno` lacks others.
 * What is not listed here but came from the volume is an IO_ERROR.
 */
const ERRNO = {
  1: ['EPERM', 'ACCESS_DENIED'],
  2: ['ENOENT', 'PATH_MISSING'],
  4: ['EINTR', 'CHECK_FAILED'],
  5: ['EIO', 'IO_ERROR'],
  6: ['ENXIO', 'IO_ERROR'],
  12: ['ENOMEM', 'CHECK_FAILED'],
  13: ['EACCES', 'ACCESS_DENIED'],
  19: ['ENODEV', 'IO_ERROR'],
  20: ['ENOTDIR', 'NOT_A_DIRECTORY'],
  23: ['ENFILE', 'CHECK_FAILED'],
  24: ['EMFILE', 'CHECK_FAILED'],
  40: ['ELOOP', 'PATH_MISSING'],
  61: ['ENODATA', 'IO_ERROR'],
  67: ['ENOLINK', 'MOUNT_DISCONNECTED'],
  74: ['EBADMSG', 'IO_ERROR'],
  95: ['EOPNOTSUPP', 'IO_ERROR'],
  100: ['ENETDOWN', 'MOUNT_DISCONNECTED'],
  101: ['ENETUNREACH', 'MOUNT_DISCONNECTED'],
  103: ['ECONNABORTED', 'MOUNT_DISCONNECTED'],
  104: ['ECONNRESET', 'MOUNT_DISCONNECTED'],
  107: ['ENOTCONN', 'MOUNT_DISCONNECTED'],
  108: ['ESHUTDOWN', 'MOUNT_DISCONNECTED'],
  110: ['ETIMEDOUT', 'MOUNT_DISCONNECTED'],
  111: ['ECONNREFUSED', 'MOUNT_DISCONNECTED'],
  112: ['EHOSTDOWN', 'MOUNT_DISCONNECTED'],
  113: ['EHOSTUNREACH', 'MOUNT_DISCONNECTED'],
  116: ['ESTALE', 'MOUNT_STALE'],
  117: ['EUCLEAN', 'IO_ERROR'],
  121: ['EREMOTEIO', 'IO_ERROR'],
} as const satisfies Record<number, readonly [string, MountFault['reason']]>;

/** Where a refusal is about our own rights, not about the storage. */
const LOCAL_TYPES = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'bcachefs', 'tmpfs', 'overlay', 'vfat'];

/** The kernel's client and ceph-fuse, as mountinfo calls them. */
export const CEPH_TYPES = ['ceph', 'fuse.ceph-fuse'];

/** Steps for which the directory itself must be readable; the others need no more than the way to it. */
const READING_STEPS: readonly MountStep[] = ['open', 'marker', 'xattr'];

/** What an errno that the volume answered says about it. */
export function judgeFailure(failure: StepFailure, context: FailureContext): MountFault {
  const { step, errno } = failure;
  const [name, reason] = isListed(errno) ? ERRNO[errno] : ['an error', 'IO_ERROR' as const];
  const info = `${step} of ${context.path} answered ${name} (${errno})`;
  if (reason === 'ACCESS_DENIED' && lacksRight(step, context)) {
    const right = READING_STEPS.includes(step) ? 'read the directory' : 'search a directory above it';
    return { reason: 'NO_PERMISSION', info: `${info}: the right to ${right} is missing` };
  }
  const isUnreachable = reason === 'ACCESS_DENIED' || name === 'ESHUTDOWN' || isMissingRoot(reason, context);
  if (isUnreachable && isOnCeph(context)) return { reason: 'CLIENT_EVICTED', info };
  if (isMissingRoot(reason, context)) {
    return { reason: 'MOUNT_DISCONNECTED', info: `${info}, though a file system is mounted there` };
  }
  return { reason, info };
}

const isListed = (errno: number): errno is keyof typeof ERRNO => Object.hasOwn(ERRNO, errno);

/** An evicted client does not even let through to a directory within its mount: then only the configuration tells. */
function isOnCeph({ row, expectedTypes }: FailureContext): boolean {
  const types = row === null ? (expectedTypes ?? []) : [row.fstype];
  return types.some((type) => CEPH_TYPES.includes(type));
}

/** Whether a refusal is about our own rights. A server that lets others read the directory refuses this host. */
function lacksRight(step: MountStep, { row, asRoot, stat }: FailureContext): boolean {
  if (row === null || LOCAL_TYPES.includes(row.fstype)) return !asRoot;
  return (
    READING_STEPS.includes(step) && stat !== undefined && (stat.mode & 0o005) !== 0o005 && !isEvictedRoot(row, asRoot)
  );
}

/** CephFS does not curb root: whom it refuses is shut out. NFS may take root for nobody. */
const isEvictedRoot = (row: MountRow, asRoot: boolean): boolean => asRoot && CEPH_TYPES.includes(row.fstype);

/** The root of a mount cannot be missing: an evicted CephFS client is told so. */
const isMissingRoot = (reason: MountFault['reason'], { isMountPoint }: FailureContext): boolean =>
  reason === 'PATH_MISSING' && isMountPoint;
