import { describe, expect, test } from 'vitest';
import type { CheckAnswer, CheckDefinition } from '../../backends/backend.ts';
import { readFailure } from '../../backends/failure.ts';
import { type MountAsker, OwnTrouble } from '../../backends/mount/mount-asker.ts';
import type { MountEvidence } from '../../backends/mount/mount-question.ts';
import { findBackend } from '../../backends/register.ts';
import { Reason } from '../../schema/reason.ts';
import { CheckStatus } from '../../schema/status.ts';
import { answering } from '../questions.ts';
import { type VolumeOptions, volumeAt } from './volumes.ts';

export interface ConformanceOptions {
  /** As under `[volume.X.options]`: valid, and of a storage that is away. */
  readonly options?: unknown;
}

const PATH = '/a/volume/that-is-away';

/** What a mount may say, whatever the backend makes of it. */
const MOUNTS: Readonly<Record<string, MountAsker>> = {
  'a mount that answers': answering(async () => GOOD),
  'a path that does not exist': answering(async () => failing(2)),
  'a stale mount': answering(async () => failing(116)),
  'a worker that is lost': () => Promise.reject(new OwnTrouble('it ended with SIGKILL')),
};

/** What every backend keeps to. Run against each one that is registered. */
export function describeConformance(name: string, { options = {} }: ConformanceOptions = {}): void {
  const open = (more: Partial<VolumeOptions> = {}) => openVolume(name, { options, ...more });
  describe(`${name} as a backend`, () => {
    test('opens a volume that is away, and asks nothing yet', () => {
      let asked = 0;
      const checks = open({
        askMount: () => {
          asked += 1;
          return new Promise<never>(() => {});
        },
      });
      expect(checks.length).toBeGreaterThan(0);
      expect(asked).toBe(0);
    });

    test('names each check once', () => {
      const names = open().map((check) => check.name);
      expect(new Set(names).size).toBe(names.length);
    });

    test('gives every check a timeout below its interval, and the configured one if there is one', () => {
      for (const { intervalMs, timeoutMs } of open()) expect(timeoutMs).toBeLessThan(intervalMs);
      for (const { timeoutMs } of open({ timeoutMs: 1_234 })) expect(timeoutMs).toBe(1_234);
    });

    test('has no two volumes share what they remember', () => {
      expect(open().some((check) => open().includes(check))).toBe(false);
    });

    for (const [situation, askMount] of Object.entries(MOUNTS)) {
      test(`answers in words that anyone may see: ${situation}`, async () => {
        for (const check of open({ askMount })) expect(complaintsAbout(await answerOf(check))).toEqual([]);
      });
    }
  });
}

function openVolume(name: string, { options, ...more }: Partial<VolumeOptions>): readonly CheckDefinition[] {
  const backend = findBackend(name);
  if (backend === null) throw new Error(`there is no backend ${name}`);
  return backend.open(volumeAt({ path: PATH, options: backend.options.parse(options), ...more }));
}

async function answerOf(check: CheckDefinition): Promise<CheckAnswer> {
  return check.ask(AbortSignal.timeout(check.timeoutMs)).catch(readFailure);
}

/** What anyone must not see, or nobody could understand. */
export function complaintsAbout({ status, reason, summary, metadata = {} }: CheckAnswer): string[] {
  const complaints = {
    'no such status': !CheckStatus.options.includes(status),
    'no such reason': !Reason.options.includes(reason),
    'OK is for pass, and for pass only': (reason === 'OK') !== (status === 'pass'),
    'not one printable line of at most 1 KiB': !/^[^\p{Cc}\p{Zl}\p{Zp}]{1,1024}$/u.test(summary),
    'names a path': summary.includes(PATH),
    'names an errno, a time, an address or a code': /\bE[A-Z]{3,}\b|errno|\d{4}-\d\d|\d+\.\d+\.\d+|HTTP/.test(summary),
    'more than 2 KiB of metadata': JSON.stringify(metadata).length > 2_048,
  };
  return Object.entries(complaints).flatMap(([complaint, applies]) => (applies ? `${complaint}: ${summary}` : []));
}

const GOOD: MountEvidence = {
  stat: { dev: 1n, ino: 2n, mode: 0o40755, nlink: 2n, isDirectory: true, bornNs: 7n },
  opened: true,
  statfs: { type: 0n, blockBytes: 4_096n, blocks: 100n, bfree: 50n, bavail: 50n, files: 0n, ffree: 0n },
};

const failing = (errno: number): MountEvidence => ({
  failure: { step: 'stat', errno, message: `Unknown system error -${errno}, stat '${PATH}'` },
});
