import { z } from 'zod';

export type Severity = 'ok' | 'info' | 'warning' | 'error' | 'critical';

interface ReasonEntry {
  /** How much it hurts: `critical` = no access; `error` = cannot tell; `warning` = usable but impaired. */
  readonly severity: Severity;
  readonly meaning: string;
  readonly remedy: string;
}

/** Every reason that a verdict can carry. A code is never renamed and never reused. */
export const REASONS = {
  OK: { severity: 'ok', meaning: 'Everything that was asked answered well.', remedy: 'Nothing to do.' },
  NOT_CHECKED: {
    severity: 'info',
    meaning: 'It has not been asked yet.',
    remedy: 'Wait for the first check; it comes within seconds of a start.',
  },

  CHECK_TIMEOUT: {
    severity: 'error',
    meaning: 'A check got no answer within its timeout.',
    remedy: 'Look at the load of the storage; raise `health_check_timeout` if it is merely slow.',
  },
  CHECK_FAILED: {
    severity: 'error',
    meaning: 'The check itself could not be made: the trouble is on our side, not in the storage.',
    remedy: 'See the details of the check: a process could not be started, a tool is missing, memory ran out.',
  },
  TOOL_MISSING: {
    severity: 'error',
    meaning: 'A program that the check needs is not installed where the storage proxy runs.',
    remedy: 'Install it there; the volume recovers by itself.',
  },
  TOO_MANY_STUCK: {
    severity: 'error',
    meaning: 'So many calls on mounts are stuck that no further one is started for a volume that was stuck before.',
    remedy: 'Repair the mounts that are reported as stuck; the others go on being checked.',
  },

  PATH_MISSING: {
    severity: 'critical',
    meaning: "The volume's path does not exist.",
    remedy: 'Create or mount it, or correct `path` in the configuration of the storage proxy.',
  },
  NOT_A_DIRECTORY: {
    severity: 'critical',
    meaning: "The volume's path is not a directory.",
    remedy: 'Correct `path` in the configuration of the storage proxy.',
  },
  NOT_MOUNTED: {
    severity: 'critical',
    meaning: "Nothing is mounted at the volume's path.",
    remedy: 'Mount it; if the path is meant to be a plain directory, set `required = false` in `[volume.NAME.mount]`.',
  },
  WRONG_MOUNT: {
    severity: 'critical',
    meaning: "Another file system than the expected one is mounted at the volume's path.",
    remedy: 'Unmount what lies over it, or correct `[volume.NAME.mount]`; a restart of the proxy adopts it anew.',
  },
  WRONG_MARKER: {
    severity: 'critical',
    meaning: 'The marker file on the mount names another volume.',
    remedy: 'Mount the right file system, or correct `path`.',
  },
  MARKER_MISSING: {
    severity: 'critical',
    meaning: 'The marker file that must be on the mount is not there.',
    remedy: 'Mount the right file system; if it is the right one, write the marker: `volhealth mark VOLUME`.',
  },
  MARKER_VANISHED: {
    severity: 'warning',
    meaning: 'The marker file that was there is gone, though the mount is the same.',
    remedy: 'Find out who removed it, and write it again: `volhealth mark VOLUME`.',
  },
  MOUNT_DELETED: {
    severity: 'critical',
    meaning: 'The directory that was bind-mounted here has been deleted.',
    remedy: 'Mount it again.',
  },
  MOUNT_STALE: {
    severity: 'critical',
    meaning: 'The file handle is stale: the server no longer knows what is mounted here.',
    remedy: 'Unmount it and mount it again.',
  },
  MOUNT_DISCONNECTED: {
    severity: 'critical',
    meaning: 'The mount has lost its file-system process or its server.',
    remedy: 'Restart the client and mount it again.',
  },
  CLIENT_EVICTED: {
    severity: 'critical',
    meaning: 'The storage cluster has shut out this host, which it took for dead.',
    remedy: 'Unmount it and mount it again; if that fails, remove this host from the blocklist of the cluster.',
  },
  MOUNT_STUCK: {
    severity: 'critical',
    meaning: 'A call on the mount has not returned for so long that the storage counts as gone.',
    remedy: 'Bring the storage or its network back; the volume recovers by itself when the call returns.',
  },
  IO_ERROR: {
    severity: 'critical',
    meaning: 'The file system answers with an input/output error.',
    remedy: 'Look at the kernel log and at the device; the file system may have shut itself down.',
  },
  ACCESS_DENIED: {
    severity: 'critical',
    meaning: 'The storage refuses access to this host.',
    remedy: 'Check exports and client permissions at the storage.',
  },
  NO_PERMISSION: {
    severity: 'error',
    meaning: 'The service has no right to look at the path.',
    remedy: 'Give the user of the storage proxy read and execute rights on it and on the directories above it.',
  },
  PERMISSIONS_CLOSED: {
    severity: 'warning',
    meaning: "The permissions of the volume's directory let nobody in but root.",
    remedy: 'Set the permissions of the directory as the users of the volume need them.',
  },
  READ_ONLY: {
    severity: 'warning',
    meaning: 'The file system is mounted read-only.',
    remedy: 'If that is not intended, look at the kernel log for the error that caused it, repair it, remount.',
  },
  FULL: { severity: 'warning', meaning: 'No space is left.', remedy: 'Free space or grow the volume.' },
  OUT_OF_INODES: {
    severity: 'warning',
    meaning: 'No inodes are left: no file can be created.',
    remedy: 'Remove files or grow the number of inodes.',
  },
  NEARLY_FULL: {
    severity: 'warning',
    meaning: 'Less space is left than the configured threshold.',
    remedy: 'Free space or grow the volume, or set another `capacity_warn`.',
  },
  QUOTA_NOT_ENFORCED: {
    severity: 'warning',
    meaning: 'The file system is mounted without project quotas, which the configuration expects.',
    remedy: 'Unmount it and mount it with the option `prjquota`.',
  },
  WRITE_FAILED: {
    severity: 'warning',
    meaning: 'The volume can be read, but a test file could not be written and read back.',
    remedy: 'See the details of the `write` check.',
  },

  API_UNREACHABLE: {
    severity: 'error',
    meaning: 'The management API of the storage system does not answer.',
    remedy: 'Check its endpoint, the network between, and its certificate.',
  },
  API_AUTH_FAILED: {
    severity: 'error',
    meaning: 'The management API refuses our credentials, or what they ask for.',
    remedy: "Correct the user name, password or token in the volume's options, or give the account the right to read.",
  },
  API_ERROR: {
    severity: 'error',
    meaning: 'The management API answers with an error of its own.',
    remedy: 'See the details of the check; the management of the storage system may be overloaded or restarting.',
  },
  API_BAD_ANSWER: {
    severity: 'error',
    meaning: 'The management API answered something that cannot be relied on.',
    remedy: 'See the details of the check; the version of the storage system may be unsupported.',
  },
  STORAGE_DOWN: {
    severity: 'critical',
    meaning: 'The storage system itself says that its data cannot be reached.',
    remedy: "Look at the storage system's own console.",
  },
  FILESYSTEM_MISSING: {
    severity: 'critical',
    meaning: 'The storage system says that the configured file system or volume does not exist.',
    remedy: "Correct its name in the volume's options, or restore it.",
  },
  NODES_DOWN: {
    severity: 'warning',
    meaning: 'Some nodes of the storage system are down; the data can still be reached.',
    remedy: "Look at the storage system's own console.",
  },
  STORAGE_DEGRADED: {
    severity: 'warning',
    meaning: 'The storage system reports a fault that leaves its data reachable.',
    remedy: "Look at the storage system's own console.",
  },
  UNKNOWN_BACKEND: {
    severity: 'error',
    meaning: 'There is no backend of the configured name.',
    remedy: 'Correct `backend` in the configuration of the storage proxy.',
  },
  BAD_OPTIONS: {
    severity: 'error',
    meaning: 'The volume could not be opened with its options.',
    remedy: 'Correct `[volume.NAME.options]`; `volhealth check-config` names the mistake.',
  },

  PROXY_UNREACHABLE: {
    severity: 'error',
    meaning: 'The storage proxy does not answer, so nothing current is known of its volumes.',
    remedy: 'Look at `errorMessage` of the proxy; start it or repair the network to it.',
  },
  PROXY_NOT_CONFIGURED: {
    severity: 'error',
    meaning: 'The manager knows no storage proxy of that name.',
    remedy: "Add it to `[proxies]` in the manager's configuration, or correct the host.",
  },
  NOT_REPORTED: {
    severity: 'error',
    meaning: 'The storage proxy answers but reports no volume of that name.',
    remedy: 'Add the volume to the configuration of the storage proxy, or correct the host.',
  },
  HWINFO_FAILED: {
    severity: 'error',
    meaning: 'The storage proxy of Backend.AI cannot say how the storage of the volume is.',
    remedy: "See the details of the check, and the proxy's own log: its storage's API may be away, or refuse it.",
  },
  UNREADABLE_REPORT: {
    severity: 'error',
    meaning: "The storage proxy's words about the volume could not be read.",
    remedy: 'Compare the versions of the proxy and the manager.',
  },
  STALE: {
    severity: 'error',
    meaning: 'The latest verdict is too old to be relied on.',
    remedy: 'Find out why the storage proxy no longer checks the volume.',
  },
  OBSERVER_OVERLOADED: {
    severity: 'error',
    meaning: 'The manager itself is too busy to judge.',
    remedy: 'Give the manager more processor time.',
  },
  OBSERVER_PAUSED: {
    severity: 'error',
    meaning: 'The manager was stopped or suspended and has not asked again yet.',
    remedy: 'Wait for the next poll.',
  },
  UNRECOGNISED: {
    severity: 'error',
    meaning: 'The storage proxy gave a reason that this version of the manager does not know.',
    remedy: 'Bring the manager to the version of the proxy.',
  },
} as const satisfies Record<string, ReasonEntry>;

export const Reason = z.enum(Object.keys(REASONS) as [keyof typeof REASONS, ...(keyof typeof REASONS)[]]).meta({
  id: 'HealthReason',
  description: 'Stable code for a verdict; more may come.',
  enumDescriptions: Object.values(REASONS).map(({ meaning }) => meaning),
});
export type Reason = z.infer<typeof Reason>;
