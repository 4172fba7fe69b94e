/** What is to be seen at a path, without changing anything there. */
export interface LookQuestion {
  readonly act: 'look';
  readonly path: string;
  /** An extended attribute to read last, for file systems that answer all else without asking their server. */
  readonly xattr: string | null;
}

/**
 * What the marker file says, on the mount that was looked at. Not a step of the look: where somebody else's call hangs
 * in the directory, to look for a file that is not there waits for that call, while all else answers.
 */
export interface MarkerQuestion {
  readonly act: 'marker';
  readonly path: string;
  readonly mountId: number | null;
}

/** Whether a file can be written and read back. Only on the mount that was looked at: never on what lies beneath it. */
export interface WriteQuestion {
  readonly act: 'write';
  readonly path: string;
  readonly mountId: number | null;
  /** Name of a directory of the tester's own in `path`; made if it is not there. */
  readonly directory: string;
}

/** To put a volume's marker file there, unless there is one. Only on the mount that was looked at. */
export interface MarkQuestion {
  readonly act: 'mark';
  readonly path: string;
  readonly mountId: number | null;
  readonly text: string;
}

export type MountQuestion = LookQuestion | MarkerQuestion | WriteQuestion | MarkQuestion;

/** What the file system said at a path, step by step; a step that was not reached is absent. */
export interface MountEvidence {
  /** `mnt_id` of the mount the path lies on; absent where the platform cannot tell (not Linux). */
  readonly mountId?: number;
  /** Where the path leads in the end, as mountinfo would call it; absent where the platform cannot tell. */
  readonly realPath?: string;
  readonly stat?: {
    readonly dev: bigint;
    readonly ino: bigint;
    readonly mode: number;
    readonly nlink: bigint;
    readonly isDirectory: boolean;
    /** When it was made, in nanoseconds since the epoch; 0 where that is not known. */
    readonly bornNs: bigint;
  };
  /** The directory was opened for reading, and closed. */
  readonly opened?: true;
  readonly statfs?: {
    readonly type: bigint;
    /** Unit of `blocks`, `bfree` and `bavail`: the fundamental block size where the platform tells it. */
    readonly blockBytes: bigint;
    readonly blocks: bigint;
    readonly bfree: bigint;
    readonly bavail: bigint;
    readonly files: bigint;
    readonly ffree: bigint;
  };
  readonly xattr?: XattrRead;
  readonly failure?: StepFailure;
}

/** A marker file: its text, without blanks at its ends and cut off at 256 bytes; or why there is none. */
export type MarkerFile =
  | { readonly text: string }
  | { readonly absent: true }
  | { readonly unreadable: string; readonly lacksRight?: true };

/** An extended attribute; or that the tool for it is missing, or failed, which says nothing about the storage. */
export type XattrRead = { readonly value: string } | { readonly missing: true } | { readonly trouble: string };

export interface MarkerEvidence {
  /** `moved`: another mount is at the path. */
  readonly outcome: 'read' | 'moved' | 'failed';
  readonly marker?: MarkerFile;
  readonly failure?: StepFailure;
}

export interface WriteEvidence {
  /**
   * Nothing was written where it is `moved`, another mount is at the path; `full`, too little space is left to try; or
   * `littered`, test files of before could not be removed.
   */
  readonly outcome: 'written' | 'differs' | 'moved' | 'full' | 'littered' | 'failed';
  readonly failure?: StepFailure;
}

export interface MarkEvidence {
  /** `moved`: another mount is at the path, and nothing was written; `taken`: there is a marker, with `found` in it. */
  readonly outcome: 'marked' | 'taken' | 'moved' | 'failed';
  readonly found?: MarkerFile;
  readonly failure?: StepFailure;
}

/** The step that failed, with its errno (positive), and the system's own text. */
export interface StepFailure {
  readonly step: MountStep;
  readonly errno: number;
  readonly message: string;
}

export type MountAnswer<Q extends MountQuestion = MountQuestion> = {
  look: MountEvidence;
  marker: MarkerEvidence;
  write: WriteEvidence;
  mark: MarkEvidence;
}[Q['act']];

export const MOUNT_STEPS = [
  'identity',
  'stat',
  'open',
  'statfs',
  'xattr',
  'marker',
  'mkdir',
  'list',
  'create',
  'write',
  'fsync',
  'read',
  'unlink',
] as const;
export type MountStep = (typeof MOUNT_STEPS)[number];

/** The file in a volume's path that names the volume; Backend.AI's name for it. */
export const MARKER_NAME = '.backend.ai-volume';
