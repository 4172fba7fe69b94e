import { hostname } from 'node:os';
import type { CheckAnswer, CheckDefinition, VolumeToOpen } from '../backend.ts';
import { checkTimeoutMs } from '../backend.ts';
import type { MountCheck } from './mount-check.ts';
import type { MountStep, StepFailure, WriteEvidence } from './mount-question.ts';

/** Whatever the time for a look is: what is written through to a disk takes longer. */
const MAX_TIMEOUT_MS = 15_000;

/** One a host and user: no two hosts work in the same directory, and nobody lacks rights in another's. */
const DIRECTORY = `.volhealth-${hostname().replaceAll(/[^\w.-]/g, '_')}-${process.geteuid?.() ?? 'user'}`;

const WRITTEN: CheckAnswer = {
  status: 'pass',
  reason: 'OK',
  summary: 'a test file was written and read back',
  info: null,
};
const FULL = { status: 'warn', reason: 'FULL', summary: 'no space left' } as const;
const FAILED = { status: 'warn', reason: 'WRITE_FAILED', summary: 'a test file could not be written' } as const;
/** For lack of a right; or, by CephFS and even to root, for lack of space. */
const REFUSED = { ...FAILED, summary: 'a test file was refused' } as const;
const DIFFERS = { ...FAILED, summary: 'a test file was read back with other content' } as const;
const LITTERED = { ...FAILED, summary: 'test files of before cannot be removed' } as const;
const NOT_WRITTEN = {
  status: 'unknown',
  reason: 'NOT_CHECKED',
  summary: 'not written: the mount cannot be used',
} as const;

/** What an errno of the write test means beyond "it failed". Numbers, because Node has no name for all of them. */
const BY_ERRNO: Readonly<Record<number, Pick<CheckAnswer, 'status' | 'reason' | 'summary'>>> = {
  1: REFUSED,
  13: REFUSED,
  28: FULL,
  30: { status: 'warn', reason: 'READ_ONLY', summary: 'files cannot be written: the file system is read-only' },
  122: { ...FAILED, summary: 'a test file could not be written: the quota is used up' },
};

/**
 * The `write` check of a volume: whether a file can be created, written through, read back and removed. It is made
 * only where the mount has just been seen to be the right one, and its answer is a warning at worst.
 */
export function writeCheck(
  volume: Omit<VolumeToOpen<unknown>, 'options'>,
  { intervalMs, mount }: { intervalMs: number; mount: Pick<MountCheck, 'look'> },
): CheckDefinition {
  const { name, path, askMount } = volume;
  const kept = volume.share<{ step: MountStep | null }>(JSON.stringify(['write', name, path]), () => ({ step: null }));
  return {
    name: 'write',
    isAdvisory: true,
    intervalMs,
    timeoutMs: checkTimeoutMs({ intervalMs, timeoutMs: undefined }, MAX_TIMEOUT_MS),
    pendingStep: () => kept.step,
    async ask() {
      kept.step = null;
      const { answer, mountId } = await mount.look();
      if (answer.status === 'fail' || answer.status === 'unknown') return { ...NOT_WRITTEN, info: answer.info };
      const evidence = await askMount({ act: 'write', path, mountId, directory: DIRECTORY }, (next) => {
        kept.step = next;
      });
      return judgeWrite(evidence, path);
    },
  };
}

function judgeWrite({ outcome, failure }: WriteEvidence, path: string): CheckAnswer {
  if (outcome === 'written') return WRITTEN;
  if (outcome === 'full') return { ...FULL, info: 'less than 1 MiB is left: no test file was written' };
  if (outcome === 'littered') return { ...LITTERED, info: 'no further test file was written' };
  if (outcome === 'differs') return { ...DIFFERS, info: null };
  if (outcome === 'moved' || failure === undefined) {
    return { ...NOT_WRITTEN, info: 'another file system was mounted at the path meanwhile' };
  }
  return { ...(BY_ERRNO[failure.errno] ?? FAILED), info: describe(failure, path) };
}

const describe = ({ step, errno, message }: StepFailure, path: string): string =>
  `${step} in ${path}/${DIRECTORY} answered errno ${errno}: ${message}`;
