/** What the file system said at a path, step by step; a step that was not reached is absent. */
export interface MountEvidence {
  /** `mnt_id` of the mount the path lies on; absent where the platform cannot tell (not Linux). */
  readonly mountId?: number;
  /** `mnt_id` of the mount that the path's parent directory lies on. */
  readonly parentMountId?: number;
  readonly stat?: {
    readonly dev: bigint;
    readonly ino: bigint;
    readonly mode: number;
    readonly nlink: bigint;
    readonly isDirectory: boolean;
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
  /** The step that failed, with its errno (positive), and the system's own text. */
  readonly failure?: { readonly step: MountStep; readonly errno: number; readonly message: string };
}

export type MountStep = 'identity' | 'stat' | 'open' | 'statfs';

/**
 * Asks a path in a worker process. Resolves with the evidence once every step was answered or one failed; stays
 * pending while a call hangs, however long; rejects with an `OwnTrouble` when it could not be asked (no process,
 * the worker died, too many are stuck). `onStep` hears of each step before it is made, so that a hang is located.
 */
export type MountAsker = (path: string, onStep?: (step: MountStep) => void) => Promise<MountEvidence>;

/** Asking failed for a reason of our own; the storage said nothing. */
export class OwnTrouble extends Error {
  override readonly name = 'OwnTrouble';
  readonly reason: 'CHECK_FAILED' | 'TOO_MANY_STUCK';
  constructor(message: string, reason: 'CHECK_FAILED' | 'TOO_MANY_STUCK' = 'CHECK_FAILED', options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
