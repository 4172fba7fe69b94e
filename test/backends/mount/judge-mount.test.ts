import { describe, expect, test } from 'vitest';
import { judgeMount, NO_MEMORY } from '../../../backends/mount/judge-mount.ts';
import type { MountLook } from '../../../backends/mount/mount-look.ts';
import { type LookOptions, lookAt, lookFailing, ROOT, XFS } from './looks.ts';

const judge = (look: MountLook) => judgeMount(look, NO_MEMORY).answer;

describe('the verdict on a mount', () => {
  test('passes with its use in whole 5 % steps, and says more to administrators', () => {
    expect(judge(lookAt())).toEqual({
      status: 'pass',
      reason: 'OK',
      summary: 'mounted, 35 % used',
      info: '/v/a is on xfs /dev/sdb1, 1515520 of 4096000 bytes used; its marker is right',
      metadata: {
        fstype: 'xfs',
        capacity_bytes: 4_096_000,
        used_bytes: 1_515_520,
        available_bytes: 2_580_480,
        used_percent: 35,
      },
    });
  });

  test('calls a plain directory usable, and one on a file system of the expected type mounted', () => {
    expect(judge(lookAt({ row: ROOT })).summary).toBe('usable, 35 % used');
    expect(judge(lookAt({ row: ROOT, expectedTypes: ['ext4'] })).summary).toBe('mounted, 35 % used');
  });

  test('says that identity was not checked where the platform cannot tell it', () => {
    expect(judge(lookAt({ row: null }))).toMatchObject({
      status: 'pass',
      summary: 'usable, 35 % used',
      notChecked: ['mount identity'],
    });
  });

  test('gives no figures for a file system that tells none', () => {
    const answer = judge(lookAt({ statfs: { blocks: 0n, bfree: 0n, bavail: 0n } }));
    expect(answer).toMatchObject({ status: 'pass', summary: 'mounted', metadata: { fstype: 'xfs' } });
  });

  test('writes sizes that a number cannot carry as digits', () => {
    const answer = judge(lookAt({ statfs: { blockBytes: 2n ** 50n } }));
    expect(answer.metadata).toMatchObject({ capacity_bytes: '1125899906842624000' });
  });

  test.each<[string, LookOptions, string]>([
    ['a path that is no directory', { stat: { isDirectory: false } }, 'NOT_A_DIRECTORY'],
    ['a bind mount whose source was deleted', { row: { ...XFS, root: '/gone//deleted' } }, 'MOUNT_DELETED'],
    ['a directory without links', { row: { ...XFS, root: '/gone' }, stat: { nlink: 0n } }, 'MOUNT_DELETED'],
    ['a file system that shut itself down', { row: { ...XFS, superOptions: ['rw', 'shutdown'] } }, 'IO_ERROR'],
    ['a directory where a mount is required', { row: ROOT, expectation: { required: true } }, 'NOT_MOUNTED'],
  ])('fails on %s', (_, options, reason) => {
    expect(judge(lookAt(options))).toMatchObject({ status: 'fail', reason });
  });

  test('cannot tell where the tool is missing that asks the server', () => {
    expect(judge(lookAt({ xattr: { missing: true } }))).toMatchObject({
      status: 'unknown',
      reason: 'TOOL_MISSING',
      summary: 'no xattr reader installed (apt install attr)',
    });
  });

  test('cannot tell where that tool fails', () => {
    expect(judge(lookAt({ xattr: { trouble: 'getfattr failed: boom' } }))).toMatchObject({
      status: 'unknown',
      reason: 'CHECK_FAILED',
      info: expect.stringMatching(/getfattr failed: boom/),
    });
  });

  test('lets a file system be that counts no links', () => {
    expect(judge(lookAt({ stat: { nlink: 0n } })).status).toBe('pass');
  });

  test('fails as wrong before it says what the wrong mount answers', () => {
    const look = lookFailing('open', 13, { row: ROOT, expectedTypes: ['gpfs'], asRoot: false });
    expect(judge(look)).toMatchObject({ status: 'fail', reason: 'NOT_MOUNTED' });
  });

  test('says where a mount failed, with names that only administrators see', () => {
    expect(judge(lookFailing('statfs', 116))).toEqual({
      status: 'fail',
      reason: 'MOUNT_STALE',
      summary: 'the mount is stale: its server no longer knows it',
      info: 'statfs of /v/a answered ESTALE (116); /v/a is on xfs /dev/sdb1',
      metadata: { fstype: 'xfs' },
    });
  });
});

describe('a usable mount is a warning', () => {
  test.each<[string, LookOptions, string, string]>([
    ['mounted read-only', { row: { ...XFS, options: ['ro'] } }, 'READ_ONLY', 'mounted read-only'],
    ['whose file system is read-only', { row: { ...XFS, superOptions: ['ro'] } }, 'READ_ONLY', 'mounted read-only'],
    [
      'after an ext4 error',
      { row: { ...XFS, superOptions: ['rw', 'emergency_ro'] } },
      'READ_ONLY',
      'mounted read-only',
    ],
    ['without space', { statfs: { bavail: 0n } }, 'FULL', 'no space left'],
    ['with less than no space', { statfs: { bavail: 2n ** 64n - 5n } }, 'FULL', 'no space left'],
    ['with no more space than XFS keeps back', { statfs: { bavail: 47n } }, 'FULL', 'no space left'],
    ['without inodes', { statfs: { ffree: 0n } }, 'OUT_OF_INODES', 'no inodes left'],
    [
      'at the threshold',
      { statfs: { blocks: 10_000n, bfree: 6_300n, bavail: 411n } },
      'NEARLY_FULL',
      'nearly full, 90 % used',
    ],
    [
      'that nobody can enter',
      { stat: { mode: 0o40000 } },
      'PERMISSIONS_CLOSED',
      "the permissions of the volume's directory let nobody in",
    ],
  ])('%s', (_, options, reason, summary) => {
    expect(judge(lookAt(options))).toMatchObject({ status: 'warn', reason, summary });
  });

  test('for its worst trouble, and names the others to administrators', () => {
    const answer = judge(lookAt({ row: { ...XFS, options: ['ro'] }, statfs: { bavail: 0n, ffree: 0n } }));
    expect(answer).toMatchObject({ status: 'warn', reason: 'READ_ONLY' });
    expect(answer.info).toMatch(/mounted ro; no block is left; no inode is left/);
  });

  test.each<[string, LookOptions]>([
    ['0 of 0 inodes, as btrfs', { statfs: { files: 0n, ffree: 0n } }],
    ['inodes without limit, as CephFS', { statfs: { files: 2n ** 64n - 1n, ffree: 2n ** 64n - 1n } }],
    ['0 blocks, as Ceph without a manager', { statfs: { blocks: 0n, bfree: 0n, bavail: 0n } }],
    ['a directory that only its owner may enter', { stat: { mode: 0o40700 } }],
    ['closed permissions, seen by a user who is not root', { stat: { mode: 0o40000 }, asRoot: false }],
  ])('but not for %s', (_, options) => {
    expect(judge(lookAt(options)).status).toBe('pass');
  });

  test('from the threshold on until its use is 2 points below', () => {
    const reasons: string[] = [];
    let memory = NO_MEMORY;
    for (const used of [899n, 900n, 881n, 880n, 879n, 899n]) {
      const judged = judgeMount(lookAt({ statfs: { bfree: 1_000n - used, bavail: 1_000n - used } }), memory);
      memory = judged.memory;
      reasons.push(judged.answer.reason);
    }
    expect(reasons).toEqual(['OK', 'NEARLY_FULL', 'NEARLY_FULL', 'NEARLY_FULL', 'OK', 'OK']);
  });
});
