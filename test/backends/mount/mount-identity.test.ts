import { describe, expect, test } from 'vitest';
import { judgeMount, NO_MEMORY } from '../../../backends/mount/judge-mount.ts';
import type { MountLook } from '../../../backends/mount/mount-look.ts';
import type { MountRow } from '../../../backends/mount/mountinfo.ts';
import { type LookOptions, lookAt, lookFailing, ROOT, XFS } from './looks.ts';

const OTHER: MountRow = { ...XFS, id: 62, source: '/dev/sdc1' };
const GPFS: MountRow = { ...XFS, id: 63, fstype: 'gpfs', source: 'work' };
/** A mount between the root and the path: the path is a plain directory on it. */
const BETWEEN: MountRow = { ...XFS, id: 64, mountPoint: '/v', source: '/dev/sdd1' };

/** What is said of one look after the other. */
function reasonsOf(...looks: MountLook[]) {
  let memory = NO_MEMORY;
  return looks.map((look) => {
    const judged = judgeMount(look, memory);
    memory = judged.memory;
    return judged.answer.reason;
  });
}

const on = (row: MountRow, options: LookOptions = {}) => lookAt({ ...options, row });
/** The same for a path below a mount point. */
const within = (row: MountRow, options: LookOptions = {}): MountLook => {
  const look = on(row, options);
  return { ...look, evidence: { ...look.evidence, realPath: '/v/a/below' } };
};

describe('what is mounted', () => {
  test.each<[string, MountLook, string]>([
    ['vfs on any mount', on(XFS), 'OK'],
    ['vfs on a plain directory', on(ROOT), 'OK'],
    ['vfs on a plain directory, a mount required', on(ROOT, { expectation: { required: true } }), 'NOT_MOUNTED'],
    ['a type that the backend has', on(GPFS, { expectedTypes: ['gpfs'] }), 'OK'],
    ['a directory on a type that the backend has', within(GPFS, { expectedTypes: ['gpfs'] }), 'OK'],
    ['nothing where the backend needs a mount', on(ROOT, { expectedTypes: ['gpfs'] }), 'NOT_MOUNTED'],
    ['a foreign type where the backend has another', on(XFS, { expectedTypes: ['gpfs'] }), 'WRONG_MOUNT'],
    [
      'nothing where a plain directory will do',
      on(ROOT, { expectedTypes: ['gpfs'], expectation: { required: false } }),
      'OK',
    ],
    ['the configured type', on(XFS, { expectedTypes: ['gpfs'], expectation: { fstype: 'xfs' } }), 'OK'],
    ['another than the configured type', on(XFS, { expectation: { fstype: 'ext4' } }), 'WRONG_MOUNT'],
    ['nothing where a type is configured', on(ROOT, { expectation: { fstype: 'xfs' } }), 'NOT_MOUNTED'],
    ['the configured source', on(XFS, { expectation: { source: '/dev/sdb1', root: '/' } }), 'OK'],
    ['another than the configured source', on(XFS, { expectation: { source: '/dev/sdz' } }), 'WRONG_MOUNT'],
    ['another than the configured root', on(XFS, { expectation: { root: '/sub' } }), 'WRONG_MOUNT'],
    ['an automount point with nothing on it', on({ ...XFS, fstype: 'autofs' }), 'NOT_MOUNTED'],
  ])('%s', (_, look, reason) => {
    expect(reasonsOf(look)).toEqual([reason]);
  });

  test('names what was expected and what was found to administrators only', () => {
    const { answer } = judgeMount(on(XFS, { expectation: { source: '/dev/sdz' } }), NO_MEMORY);
    expect(answer.summary).toBe("another file system than the expected one is at the volume's path");
    expect(answer.info).toMatch(/expected source \/dev\/sdz, found xfs \/dev\/sdb1, its \/, mounted at \/v\/a/);
  });

  test('is told from where the path leads, and from the path itself where that is not known', () => {
    const { evidence, ...rest } = on(XFS, { expectation: { required: true }, path: '/a/link' });
    expect(reasonsOf({ ...rest, evidence })).toEqual(['OK']);
    const { realPath: _, ...unresolved } = evidence;
    expect(reasonsOf({ ...rest, path: '/v/a/', evidence: unresolved })).toEqual(['OK']);
    expect(reasonsOf({ ...rest, evidence: unresolved })).toEqual(['NOT_MOUNTED']);
  });
});

describe('what was mounted before', () => {
  test.each<[string, MountLook[], string[]]>([
    ['the same file system mounted again, its device number aside', [on(XFS), on({ ...XFS, id: 99 })], ['OK', 'OK']],
    ['another device in its place', [on(XFS), on(OTHER)], ['OK', 'WRONG_MOUNT']],
    ['another directory of the same device', [on(XFS), on({ ...XFS, root: '/sub' })], ['OK', 'WRONG_MOUNT']],
    ['a mount over a plain directory', [on(ROOT), on(XFS), on(XFS)], ['OK', 'OK', 'OK']],
    ['a mount that is gone', [on(XFS), on(ROOT)], ['OK', 'NOT_MOUNTED']],
    ['a mount that is gone and comes back', [on(XFS), on(ROOT), on(XFS)], ['OK', 'NOT_MOUNTED', 'OK']],
    ['a mount that is gone and replaced', [on(XFS), on(ROOT), on(OTHER)], ['OK', 'NOT_MOUNTED', 'WRONG_MOUNT']],
    ['a mount above the path that comes up late', [on(ROOT), within(BETWEEN)], ['OK', 'OK']],
    ['a mount above the path that is gone', [within(BETWEEN), on(ROOT)], ['OK', 'NOT_MOUNTED']],
    [
      'a gone mount that looks like its parent',
      [on(XFS), on({ ...XFS, id: 27, mountPoint: '/' })],
      ['OK', 'NOT_MOUNTED'],
    ],
    ['what was there at a failing look', [lookFailing('open', 5, { row: OTHER }), on(XFS)], ['IO_ERROR', 'OK']],
    [
      'a mount that fails and recovers',
      [on(XFS), lookFailing('stat', 116), on(OTHER)],
      ['OK', 'MOUNT_STALE', 'WRONG_MOUNT'],
    ],
  ])('%s', (_, looks, reasons) => {
    expect(reasonsOf(...looks)).toEqual(reasons);
  });

  test('counts only if it was of an expected type', () => {
    const expectedTypes = ['gpfs'];
    expect(reasonsOf(on(XFS, { expectedTypes }), on(GPFS, { expectedTypes }))).toEqual(['WRONG_MOUNT', 'OK']);
  });
});
