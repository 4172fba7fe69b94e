import { describe, expect, test } from 'vitest';
import { readFailure, readTimeout } from '../../backends/failure.ts';
import { OwnTrouble } from '../../backends/mount/mount-asker.ts';
import type { MountEvidence } from '../../backends/mount/mount-question.ts';
import { findBackend } from '../../backends/register.ts';
import { answering } from '../questions.ts';
import { complaintsAbout } from './conformance.ts';
import { volumeAt } from './volumes.ts';

/** What every backend keeps to whose volumes have a path: whatever else it asks, its `mount` check tells the truth. */
export function describePathConformance(name: string, options: unknown): void {
  describe(`the mount of a ${name} volume`, () => {
    test.each([
      ['answers well', WELL, 'pass'],
      ['is read, and full', { ...WELL, statfs: { ...WELL.statfs, bavail: 0n } }, 'warn'],
      ['is stale', failing(116), 'fail'],
      ['is not there', failing(2), 'fail'],
      ['answers with an error', failing(5), 'fail'],
      ['cannot be asked by us', new OwnTrouble('no process could be started'), 'unknown'],
    ] as const)('%s', async (_situation, said, status) => {
      const { ask } = mountOf(name, options, said);
      const answer = await ask();
      expect(answer.status).toBe(status);
      expect(complaintsAbout(answer)).toEqual([]);
    });

    test('that does not return is waited for, unknown at first, and stuck in the end', async () => {
      const { check, ask } = mountOf(name, options, 'silence');
      expect(await Promise.race([ask(), new Promise((resolve) => setImmediate(resolve, 'still out'))])).toBe(
        'still out',
      );
      const silence = { name: check.name, timeoutMs: check.timeoutMs, stuckAfterMs: 60_000 };
      expect(readTimeout({ ...silence, waitedMs: check.timeoutMs }).status).toBe('unknown');
      expect(readTimeout({ ...silence, waitedMs: 61_000 }).status).toBe('fail');
    });

    test('is well again after it failed', async () => {
      let said: MountEvidence = failing(116);
      const { ask } = mountOf(name, options, () => said);
      expect((await ask()).status).toBe('fail');
      said = WELL;
      expect((await ask()).status).toBe('pass');
    });
  });
}

type Said = MountEvidence | OwnTrouble | 'silence' | (() => MountEvidence);

function mountOf(name: string, options: unknown, said: Said) {
  const backend = findBackend(name);
  if (backend === null) throw new Error(`there is no backend ${name}`);
  const askMount = answering(async () => {
    if (said === 'silence') return new Promise<never>(() => {});
    if (said instanceof OwnTrouble) throw said;
    return typeof said === 'function' ? said() : said;
  });
  // Nothing is mounted there in truth: the directory is the volume.
  const volume = volumeAt({
    path: '/away',
    mount: { required: false },
    askMount,
    options: backend.options.parse(options),
  });
  const check = backend.open(volume).find((candidate) => candidate.name === 'mount');
  if (check === undefined) throw new Error(`a ${name} volume has no mount check`);
  return { check, ask: () => check.ask(AbortSignal.timeout(check.timeoutMs)).catch(readFailure) };
}

const WELL = {
  stat: { dev: 1n, ino: 2n, mode: 0o40755, nlink: 2n, isDirectory: true, bornNs: 7n },
  opened: true,
  statfs: { type: 0n, blockBytes: 4_096n, blocks: 100n, bfree: 50n, bavail: 50n, files: 0n, ffree: 0n },
} as const satisfies MountEvidence;

const failing = (errno: number): MountEvidence => ({
  failure: { step: 'stat', errno, message: `Unknown system error -${errno}` },
});
