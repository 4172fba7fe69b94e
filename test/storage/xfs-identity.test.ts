import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import type { MountExpectation } from '../../schema/proxy-config.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { createLoopDisk, whyNoDisk } from '../rigs/loop-disk.ts';
import { unless } from '../rigs/mounts.ts';
import { createVolumeSite } from '../rigs/volume-site.ts';

const whyNoXfs = whyNoDisk('xfs');

describe.skipIf(whyNoXfs !== null)(`a volume that is to be on XFS${unless(whyNoXfs)}`, { concurrent: true }, () => {
  const faults = createFaultTable('What is found in place of an XFS, as a volume of backend "xfs" tells it:');
  afterAll(() => faults.print());

  test('is offline while it is not mounted', async (context) => {
    const { rig, disk, path, watchMounted } = createXfs(context);
    const report = await faults.suffer(watchMounted(), {
      name: 'unmounted',
      inject: () => rig.umount(path),
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: () => disk.mount(path),
    });
    expect(report.status_info).toBe("nothing is mounted at the volume's path");
  });

  test('is offline once it is unmounted lazily, though somebody still has a file open', async (context) => {
    const { rig, disk, path, watchMounted } = createXfs(context);
    const running = watchMounted();
    const file = openSync(join(path, 'in-use'), 'w');
    const report = await faults.suffer(running, {
      name: 'unmounted lazily',
      inject: () => rig.umount('--lazy', path),
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: () => disk.mount(path),
    });
    closeSync(file);
    expect(report.status_info).toBe("nothing is mounted at the volume's path");
  });

  test('is offline while something else is mounted over it', async (context) => {
    const { rig, path, watchMounted } = createXfs(context);
    const report = await faults.suffer(watchMounted(), {
      name: 'tmpfs mounted over it',
      inject: () => rig.mount('-t', 'tmpfs', '-o', 'size=1m', 'scratch', path),
      expected: { status: 'offline', reason: 'WRONG_MOUNT' },
      heal: () => rig.umount(path),
    });
    expect(report.status_info).toBe("another file system than the expected one is at the volume's path");
  });

  test.for<[string, (device: string) => MountExpectation]>([
    ['adopted', () => ({})],
    ['configured', (device) => ({ source: device })],
  ])(
    'is offline while an XFS of another disk is in its place, its own being %s',
    async ([how, expectation], context) => {
      const { rig, disk, path, watchMounted } = createXfs(context);
      const other = createLoopDisk(rig, 'xfs', { directory: rig.directory('other') });
      const report = await faults.suffer(watchMounted({ mount: expectation(disk.device) }), {
        name: `replaced by another XFS (source ${how})`,
        inject: () => {
          rig.umount(path);
          other.mount(path);
        },
        expected: { status: 'offline', reason: 'WRONG_MOUNT' },
        heal: () => {
          rig.umount(path);
          disk.mount(path);
        },
      });
      expect(report.checks[0]?.info).toContain(`found xfs ${other.device}`);
    },
  );

  test('is offline, and never takes the disk beneath for its own, until it is mounted', async (context) => {
    const { disk, path, watch } = createXfs(context);
    const running = watch();
    const reports = [await running.checked(), await running.checked()];
    expect(reports.map(({ status }) => status)).not.toContain('healthy');
    expect(await running.until({ reason: 'NOT_MOUNTED' })).toMatchObject({ status: 'offline' });
    disk.mount(path);
    expect(await running.until({ status: 'healthy' })).toMatchObject({ degraded: false });
  });

  test('is offline while, below its mount point, the directory of that name beneath is to be seen', async (context) => {
    const { rig, disk, path, watchMounted } = createXfs(context);
    const directory = join(path, 'projects');
    mkdirSync(directory);
    disk.mount(path);
    mkdirSync(directory);
    rig.umount(path);
    const report = await faults.suffer(watchMounted({ path: directory }), {
      name: 'unmounted, path below the mount point',
      inject: () => rig.umount(path),
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: () => disk.mount(path),
    });
    expect(report.status_info).toBe("nothing is mounted at the volume's path");
  });

  test.for<[string, string, (device: string) => MountExpectation]>([
    ['a mount is required', 'NOT_MOUNTED', () => ({ required: true })],
    ['its source is configured', 'WRONG_MOUNT', (device) => ({ source: device })],
  ])('is offline on an XFS of the host until it is mounted, if %s', async ([, reason, expectation], context) => {
    const { rig, disk, path, watch } = createXfs(context);
    createLoopDisk(rig, 'xfs', { directory: rig.directory('host') }).mount(path);
    const directory = join(path, 'volume');
    mkdirSync(directory);
    const running = watch({ path: directory, mount: expectation(disk.device) });
    const report = await running.checked();
    expect(report.status).not.toBe('healthy');
    expect(await running.until({ status: 'offline' })).toMatchObject({ reason });
    disk.mount(directory);
    expect(await running.until({ status: 'healthy' })).toMatchObject({ degraded: false });
  });
});

function createXfs(context: TestContext) {
  const { rig, path, watch } = createVolumeSite(context);
  const disk = createLoopDisk(rig, 'xfs');
  const watchXfs = (config: { path?: string; mount?: MountExpectation } = {}) => watch({ backend: 'xfs', ...config });
  return {
    rig,
    path,
    disk,
    watch: watchXfs,
    watchMounted: (config: Parameters<typeof watchXfs>[0] = {}) => {
      disk.mount(path);
      return watchXfs(config);
    },
  };
}
