import type { MountAsker } from '../backends/mount/mount-asker.ts';
import type { MountEvidence } from '../backends/mount/mount-question.ts';
import { answering } from './questions.ts';

export interface FakeMounts {
  readonly ask: MountAsker;
  /** From now on the path answers with this errno; `null`: it is well; `'hang'`: its calls stay out. */
  readonly set: (path: string, fault: number | 'hang' | null) => void;
}

const WELL: MountEvidence = {
  stat: { dev: 1n, ino: 2n, mode: 0o40755, nlink: 2n, isDirectory: true, bornNs: 7n },
  opened: true,
  statfs: { type: 0xef53n, blockBytes: 4096n, blocks: 100n, bfree: 62n, bavail: 62n, files: 100n, ffree: 90n },
};

/** Paths that answer as told; calls that hang return when their path no longer does, with what it says then. */
export function createFakeMounts(): FakeMounts {
  const faults = new Map<string, number | 'hang'>();
  const hanging = new Map<string, (() => void)[]>();
  return {
    ask: answering(async (path, onStep) => {
      onStep?.('stat');
      if (faults.get(path) === 'hang') {
        await new Promise<void>((resolve) => hanging.set(path, [...(hanging.get(path) ?? []), resolve]));
      }
      const fault = faults.get(path);
      if (fault === undefined || fault === 'hang') return WELL;
      return { failure: { step: 'stat', errno: fault, message: `errno ${fault}` } };
    }),
    set(path, fault) {
      if (fault === null) faults.delete(path);
      else faults.set(path, fault);
      if (fault !== 'hang') for (const resume of hanging.get(path)?.splice(0) ?? []) resume();
    },
  };
}
