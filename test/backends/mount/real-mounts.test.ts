import { chmodSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckAnswer } from '../../../backends/backend.ts';
import { type MountCheckOptions, mountCheck } from '../../../backends/mount/mount-check.ts';
import { createMountTable } from '../../../backends/mount/mount-table.ts';
import { createMountPool, type MountPool } from '../../../backends/mount/worker-pool.ts';
import type { MountExpectation } from '../../../schema/proxy-config.ts';
import { createMountRig, type MountRig, unlessMounts, whyNoMounts } from '../../rigs/mounts.ts';
import { volumeAt } from '../volumes.ts';

describe.skipIf(whyNoMounts !== null)(`a real mount${unlessMounts}`, () => {
  let rig: MountRig;
  let pool: MountPool;
  let path: string;
  beforeEach(() => {
    rig = createMountRig();
    pool = createMountPool();
    path = rig.directory('volume');
  });
  afterEach(() => {
    pool.stop();
    rig.remove();
  });

  /** Asks the volume as often as it is called; the mount table is read anew each time. */
  function volume(mount: MountExpectation = {}, expectedTypes: MountCheckOptions['expectedTypes'] = null) {
    let nowMs = 0;
    const mounts = createMountTable({ clock: () => (nowMs += 1_000) });
    const check = mountCheck(volumeAt({ path, mount, capacityWarnPercent: 100, askMount: pool.ask }), {
      expectedTypes,
      table: mounts,
    });
    return (): Promise<CheckAnswer> => check.ask(new AbortController().signal);
  }
  const tmpfs = (options = 'size=1m') => rig.mount('-t', 'tmpfs', '-o', options, 'scratch', path);

  test('is passed, missed when it is gone, and found again', async () => {
    tmpfs();
    const ask = volume({}, ['tmpfs']);
    expect(await ask()).toMatchObject({ status: 'pass', summary: 'mounted, 0 % used', metadata: { fstype: 'tmpfs' } });
    rig.umount(path);
    expect(await ask()).toMatchObject({ status: 'fail', reason: 'NOT_MOUNTED' });
    tmpfs();
    expect(await ask()).toMatchObject({ status: 'pass' });
  });

  test('is missed from the start where the backend needs one', async () => {
    expect(await volume({}, ['gpfs'])()).toMatchObject({ status: 'fail', reason: 'NOT_MOUNTED' });
    expect(await volume({ required: true })()).toMatchObject({ status: 'fail', reason: 'NOT_MOUNTED' });
    expect(await volume({ required: false }, ['gpfs'])()).toMatchObject({ status: 'pass' });
  });

  test('over a plain directory is adopted', async () => {
    const ask = volume();
    expect((await ask()).summary).toMatch(/^usable/);
    tmpfs();
    expect((await ask()).summary).toMatch(/^mounted/);
  });

  test('over another mount is the wrong one', async () => {
    tmpfs();
    const ask = volume();
    await ask();
    rig.mount('-t', 'tmpfs', 'another', path);
    expect(await ask()).toMatchObject({ status: 'fail', reason: 'WRONG_MOUNT' });
    rig.umount(path);
    expect(await ask()).toMatchObject({ status: 'pass' });
  });

  test('of another source than the configured one is the wrong one', async () => {
    tmpfs();
    expect(await volume({ fstype: 'tmpfs', source: 'scratch' })()).toMatchObject({ status: 'pass' });
    expect(await volume({ fstype: 'tmpfs', source: 'other' })()).toMatchObject({ reason: 'WRONG_MOUNT' });
    expect(await volume({ fstype: 'xfs' })()).toMatchObject({ reason: 'WRONG_MOUNT' });
  });

  test('without space is a warning', async () => {
    tmpfs('size=64k');
    writeFileSync(`${path}/filler`, Buffer.alloc(65_536));
    expect(await volume()()).toMatchObject({ status: 'warn', reason: 'FULL', summary: 'no space left' });
  });

  test('without inodes is a warning', async () => {
    tmpfs('size=1m,nr_inodes=2');
    mkdirSync(`${path}/last`);
    expect(await volume()()).toMatchObject({ status: 'warn', reason: 'OUT_OF_INODES' });
  });

  test.each([
    ['as a whole', 'remount,ro'],
    ['at this place only', 'remount,bind,ro'],
  ])('that is made read-only %s is a warning', async (_, options) => {
    tmpfs();
    const ask = volume();
    await ask();
    rig.mount('-o', options, path);
    expect(await ask()).toMatchObject({ status: 'warn', reason: 'READ_ONLY', summary: 'mounted read-only' });
  });

  test('with closed permissions is a warning', async () => {
    tmpfs();
    chmodSync(path, 0o000);
    expect(await volume()()).toMatchObject({ status: 'warn', reason: 'PERMISSIONS_CLOSED' });
  });

  test('of a directory fails once that is deleted', async () => {
    const source = rig.directory('source');
    rig.mount('--bind', source, path);
    const ask = volume();
    expect(await ask()).toMatchObject({ status: 'pass' });
    rmdirSync(source);
    expect(await ask()).toMatchObject({ status: 'fail', reason: 'MOUNT_DELETED' });
  });

  test('fails when its path is removed', async () => {
    const ask = volume();
    await ask();
    rmdirSync(path);
    expect(await ask()).toMatchObject({ status: 'fail', reason: 'PATH_MISSING' });
  });
});
