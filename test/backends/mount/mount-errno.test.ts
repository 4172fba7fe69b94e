import { describe, expect, test } from 'vitest';
import { judgeMount, NO_MEMORY } from '../../../backends/mount/judge-mount.ts';
import type { MountLook } from '../../../backends/mount/mount-look.ts';
import { lookFailing, ROOT, XFS } from './looks.ts';

const judge = (look: MountLook) => judgeMount(look, NO_MEMORY).answer;
const CEPH = { ...XFS, fstype: 'ceph', source: 'x@fsid.vol=/' };
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

  test('ENOENT for the root of a mount means that it is cut off', () => {
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

  test.each([true, false])(
    'EACCES is our lack of rights where a server shows a closed directory; as root: %s',
    (asRoot) => {
      const closed = lookFailing('open', 13, { row: NFS, asRoot, stat: { mode: 0o40700 } });
      expect(judge(closed)).toMatchObject({ status: 'unknown', reason: 'NO_PERMISSION' });
      const open = lookFailing('open', 13, { row: NFS, asRoot, stat: { mode: 0o40755 } });
      expect(judge(open)).toMatchObject({ status: 'fail', reason: 'ACCESS_DENIED' });
    },
  );

  test.each<[string, 'stat' | 'open' | 'xattr', number]>([
    ['the kernel', 'stat', 13],
    ['the kernel', 'xattr', 13],
    ['ceph-fuse', 'xattr', 108],
    ['ceph-fuse', 'stat', 2],
  ])('a CephFS client that was evicted is told so by %s: %s answers %i', (client, step, errno) => {
    const row = client === 'the kernel' ? CEPH : { ...CEPH, fstype: 'fuse.ceph-fuse', source: 'ceph-fuse' };
    expect(judge(lookFailing(step, errno, { row }))).toMatchObject({ status: 'fail', reason: 'CLIENT_EVICTED' });
  });

  test.each([13, 108])('a CephFS client that was evicted is told so on the way to a directory in it: %i', (errno) => {
    const expectedTypes = ['ceph', 'fuse.ceph-fuse'];
    expect(judge(lookFailing('identity', errno, { expectedTypes })).reason).toBe('CLIENT_EVICTED');
    expect(judge(lookFailing('identity', errno, { expectedTypes: null })).reason).not.toBe('CLIENT_EVICTED');
  });

  test('root is not curbed by CephFS: a closed directory that refuses it is of an evicted client', () => {
    const closed = { row: CEPH, stat: { mode: 0o40700 } };
    expect(judge(lookFailing('open', 13, { ...closed, asRoot: true })).reason).toBe('CLIENT_EVICTED');
    expect(judge(lookFailing('open', 13, { ...closed, asRoot: false })).reason).toBe('NO_PERMISSION');
  });

  test.each([61, 95])(
    '%i for the extended attribute is an error of a file system that has it, and of no other',
    (errno) => {
      const expectedTypes = ['ceph'];
      expect(judge(lookFailing('xattr', errno, { row: CEPH, expectedTypes }))).toMatchObject({ reason: 'IO_ERROR' });
      const expectation = { fstype: 'nfs4' };
      expect(judge(lookFailing('xattr', errno, { row: NFS, expectedTypes, expectation }))).toMatchObject({
        status: 'pass',
        notChecked: ['extended attribute'],
      });
    },
  );
});
