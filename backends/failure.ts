import { ApiFailed, READINGS } from './api/api-failed.ts';
import { OptionUnreadable } from './api/secret.ts';
import type { CheckAnswer, CheckDefinition } from './backend.ts';
import { OwnTrouble } from './mount/mount-asker.ts';

/** A check that has not answered. */
export interface Silence {
  readonly name: CheckDefinition['name'];
  readonly timeoutMs: number;
  /** How long the same call has been out. */
  readonly waitedMs: number;
  /** From when on a call on a mount is not slow but stuck. */
  readonly stuckAfterMs: number;
  /** Where the call is, as the check's `pendingStep` says. */
  readonly step?: string | null;
}

const SUMMARIES = {
  CHECK_FAILED: 'the check could not be made',
  TOO_MANY_STUCK: 'not checked: too many mounts are stuck',
} as const satisfies Record<OwnTrouble['reason'], string>;

/** Reads why asking failed. Whether a management API or we ourselves are in trouble, nothing is said of the storage. */
export function readFailure(error: unknown): CheckAnswer {
  if (error instanceof ApiFailed) {
    const [reason, what] = READINGS[error.kind];
    return { status: 'unknown', reason, summary: `${error.system} ${what}`, info: error.message };
  }
  if (error instanceof OptionUnreadable) {
    const summary = 'a secret or certificate that the options of the volume name cannot be read';
    return { status: 'unknown', reason: 'BAD_OPTIONS', summary, info: error.message };
  }
  const reason = error instanceof OwnTrouble ? error.reason : 'CHECK_FAILED';
  const info = error instanceof Error ? error.message : String(error);
  return { status: 'unknown', reason, summary: SUMMARIES[reason], info };
}

/** Reads what silence means: nothing can be told at first; once it lasts, a mount hangs. */
export function readTimeout({ name, timeoutMs, waitedMs, stuckAfterMs, step }: Silence): CheckAnswer {
  const where = step == null ? '' : `${step} does not return: `;
  if (name === 'write') {
    // What was seen of the mount says whether the volume can be used: this is a warning, however long it lasts.
    const info = `${where}no answer within ${timeoutMs / 1_000} s`;
    return { status: 'warn', reason: 'WRITE_FAILED', summary: 'a test file could not be written in time', info };
  }
  if (name === 'mount' && waitedMs >= stuckAfterMs) {
    const info = `${where}the same call has been out for more than ${stuckAfterMs / 1_000} s`;
    return { status: 'fail', reason: 'MOUNT_STUCK', summary: 'a call on the mount does not return', info };
  }
  const info = `${where}no answer within ${timeoutMs / 1_000} s`;
  return { status: 'unknown', reason: 'CHECK_TIMEOUT', summary: 'no answer in time', info };
}
