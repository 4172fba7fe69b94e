import type { MountEvidence } from './mount-asker.ts';
import type { MountFault } from './mount-fault.ts';
import type { MountRow } from './mountinfo.ts';

export interface FailureContext {
  readonly path: string;
  readonly row: MountRow | null;
  /** The path is the root of a mount. */
  readonly isMountPoint: boolean;
  readonly asRoot: boolean;
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
  67: ['ENOLINK', 'MOUNT_DISCONNECTED'],
  74: ['EBADMSG', 'IO_ERROR'],
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

const MISSING_RIGHT = {
  identity: 'the right to search a directory above it is missing',
  stat: 'the right to search a directory above it is missing',
  open: 'the right to read the directory is missing',
  statfs: 'the right to search a directory above it is missing',
} as const;

/** What an errno that the volume answered says about it. */
export function judgeFailure(failure: NonNullable<MountEvidence['failure']>, context: FailureContext): MountFault {
  const { step, errno } = failure;
  const [name, reason] = isListed(errno) ? ERRNO[errno] : ['an error', 'IO_ERROR' as const];
  const said = `${step} of ${context.path} answered ${name} (${errno})`;
  if (reason === 'ACCESS_DENIED' && !context.asRoot && isLocal(context.row)) {
    return { reason: 'NO_PERMISSION', info: `${said}: ${MISSING_RIGHT[step]}` };
  }
  if (reason === 'PATH_MISSING' && context.isMountPoint) {
    // The root of a mount cannot be missing: an evicted CephFS client is told so.
    return { reason: 'MOUNT_DISCONNECTED', info: `${said}, though a file system is mounted there` };
  }
  return { reason, info: said };
}

const isListed = (errno: number): errno is keyof typeof ERRNO => Object.hasOwn(ERRNO, errno);

const isLocal = (row: MountRow | null): boolean => row === null || LOCAL_TYPES.includes(row.fstype);
