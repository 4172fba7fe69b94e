import type { Reason } from '../../schema/reason.ts';
import type { CheckStatus } from '../../schema/status.ts';

/** Something wrong with a mount, with what only an administrator may see of it. */
export interface MountFault {
  readonly reason: keyof typeof FAULTS;
  readonly info: string;
}

/** What each fault makes of the check, and the one sentence that anyone may see of it. */
export const FAULTS = {
  MOUNT_DELETED: { status: 'fail', summary: 'the directory that was mounted here has been deleted' },
  NOT_MOUNTED: { status: 'fail', summary: "nothing is mounted at the volume's path" },
  WRONG_MOUNT: { status: 'fail', summary: "another file system than the expected one is at the volume's path" },
  WRONG_MARKER: { status: 'fail', summary: "the marker at the volume's path names another volume" },
  MARKER_MISSING: { status: 'fail', summary: "the volume's marker is missing" },
  PATH_MISSING: { status: 'fail', summary: "the volume's path does not exist" },
  NOT_A_DIRECTORY: { status: 'fail', summary: "the volume's path is not a directory" },
  MOUNT_STALE: { status: 'fail', summary: 'the mount is stale: its server no longer knows it' },
  CLIENT_EVICTED: { status: 'fail', summary: 'the storage has shut out this host' },
  MOUNT_DISCONNECTED: { status: 'fail', summary: 'the mount has lost its server' },
  IO_ERROR: { status: 'fail', summary: 'the file system answers with an error' },
  ACCESS_DENIED: { status: 'fail', summary: 'the storage refuses access to this host' },
  NO_PERMISSION: { status: 'unknown', summary: "the service has no right to look at the volume's path" },
  CHECK_FAILED: { status: 'unknown', summary: 'the check could not be made' },
  TOOL_MISSING: { status: 'unknown', summary: 'no xattr reader installed (apt install attr)' },
  READ_ONLY: { status: 'warn', summary: 'mounted read-only' },
  FULL: { status: 'warn', summary: 'no space left' },
  OUT_OF_INODES: { status: 'warn', summary: 'no inodes left' },
  MARKER_VANISHED: { status: 'warn', summary: "the volume's marker has vanished" },
  QUOTA_NOT_ENFORCED: { status: 'warn', summary: 'project quotas are not enforced' },
  PERMISSIONS_CLOSED: { status: 'warn', summary: "the permissions of the volume's directory let nobody in" },
  NEARLY_FULL: { status: 'warn', summary: 'nearly full' },
} as const satisfies Partial<Record<Reason, { status: CheckStatus; summary: string }>>;
