import { describe, expect, test } from 'vitest';
import { judgeMount, NO_MEMORY } from '../../../backends/mount/judge-mount.ts';
import type { MountLook } from '../../../backends/mount/mount-look.ts';
import { lookFailing, ROOT, XFS } from './looks.ts';

const judge = (look: MountLook) => judgeMount(look, NO_MEMORY).answer;
const NFS = { ...XFS, fstype: 'nfs4', source: 'filer:/a' };

describe('an errno of a mount', () => {
  test.each<[number, string, string]>([
    [1, 'fail', 'ACCESS_DENIED'],
    [5, 'fail', 'IO_ERROR'],
    [6, 'fail', 'IO_ERROR'],
    [12, 'unknown', 'CHECK_FAILED'],
    [13, 'fail', 'ACCESS_DENIED'],
    [19, 'fail', 'IO_ERROR'],
    [20, 'fail', 'NOT_A_DIRECTORY'],
    [23, 'unknown', 'CHECK_FAILED'],
    [24, 'unknown', 'CHECK_FAILED'],
    [103, 'fail', 'MOUNT_DISCONNECTED'],
    [107, 'fail', 'MOUNT_DISCONNECTED'],
    [108, 'fail', 'MOUNT_DISCONNECTED'],
    [110, 'fail', 'MOUNT_DISCONNECTED'],
    [112, 'fail', 'MOUNT_DISCONNECTED'],
    [116, 'fail', 'MOUNT_STALE'],
    [117, 'fail', 'IO_ERROR'],
  ])('%i: %s %s', (errno, status, reason) => {
    expect(judge(lookFailing('open', errno))).toMatchObject({ status, reason });
  });

  test('that nobody has listed is an error of the volume, with its number', () => {
    const answer = judge(lookFailing('stat', 4_095));
    expect(answer).toMatchObject({ status: 'fail', reason: 'IO_ERROR' });
    expect(answer.info).toMatch(/stat of \/v\/a answered an error \(4095\)/);
  });

  test('ENOENT means that the path is missing', () => {
    expect(judge(lookFailing('identity', 2))).toMatchObject({ status: 'fail', reason: 'PATH_MISSING' });
    expect(judge(lookFailing('stat', 2, { row: ROOT }))).toMatchObject({ status: 'fail', reason: 'PATH_MISSING' });
  });

  test('ENOENT for the root of a mount means that it is cut off, as an evicted CephFS client is', () => {
    expect(judge(lookFailing('stat', 2, { row: NFS }))).toMatchObject({ status: 'fail', reason: 'MOUNT_DISCONNECTED' });
  });

  test.each(['identity', 'stat', 'open'] as const)(
    'EACCES in %s is our own lack of rights on a local file system',
    (step) => {
      const answer = judge(lookFailing(step, 13, { asRoot: false }));
      expect(answer).toMatchObject({ status: 'unknown', reason: 'NO_PERMISSION' });
      expect(answer.info).toMatch(
        step === 'open' ? /right to read the directory/ : /right to search a directory above/,
      );
    },
  );

  test('EACCES is a refusal of the storage for root, and on a mount of a server', () => {
    expect(judge(lookFailing('open', 13, { asRoot: true })).reason).toBe('ACCESS_DENIED');
    expect(judge(lookFailing('open', 13, { asRoot: false, row: NFS })).reason).toBe('ACCESS_DENIED');
  });
});
