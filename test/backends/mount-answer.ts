import type { Backend, CheckAnswer } from '../../backends/backend.ts';
import { answering } from '../questions.ts';
import { volumeAt } from './volumes.ts';

/** What the mount check of a backend says of a directory that answers well. */
export async function mountAnswer(backend: Backend): Promise<CheckAnswer | undefined> {
  const askMount = answering(async () => ({
    stat: { dev: 1n, ino: 2n, mode: 0o40755, nlink: 2n, isDirectory: true, bornNs: 7n },
    opened: true as const,
    statfs: { type: 0n, blockBytes: 4_096n, blocks: 100n, bfree: 50n, bavail: 50n, files: 0n, ffree: 0n },
  }));
  const checks = backend.open(volumeAt({ path: '/away', mount: { required: false }, askMount }));
  return checks.find(({ name }) => name === 'mount')?.ask(AbortSignal.timeout(5_000));
}
