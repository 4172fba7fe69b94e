import { mkdirSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { fill, reportErrorOfExt4, shutDown, useUpInodes } from '../rigs/disk-faults.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { createLoopDisk, whyNoDisk } from '../rigs/loop-disk.ts';
import { unless } from '../rigs/mounts.ts';
import { runCommand } from '../rigs/run-command.ts';
import { createVolumeSite } from '../rigs/volume-site.ts';

const faults = createFaultTable('Faults of other local file systems, as a volume of backend "vfs" tells them:');
afterAll(() => faults.print());

const whyNoExt4 = whyNoDisk('ext4');

describe.skipIf(whyNoExt4 !== null)(`a volume on ext4${unless(whyNoExt4)}`, { concurrent: true }, () => {
  test('is degraded once an error has made the kernel stop writing', async (context) => {
    const { device, watch, repair } = createExt4(context);
    const report = await faults.suffer(watch(), {
      name: 'ext4: error found, errors=remount-ro',
      inject: () => reportErrorOfExt4(device),
      expected: { degraded: true, reason: 'READ_ONLY' },
      heal: repair,
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'mounted read-only' });
  });

  const whyNoShutdown = isKernelAtLeast(6, 15) ? null : 'kernels before 6.15 do not show it';
  test.skipIf(whyNoShutdown !== null)(
    `is offline once it has shut itself down${unless(whyNoShutdown)}`,
    async (context) => {
      const { path, watch, repair } = createExt4(context);
      const report = await faults.suffer(watch(), {
        name: 'ext4: shut down',
        inject: () => shutDown(path),
        expected: { status: 'offline', reason: 'IO_ERROR' },
        heal: repair,
      });
      expect(report.status_info).toBe('the file system answers with an error');
    },
  );

  test('is degraded when no inode is left', async (context) => {
    const { path, watch } = createExt4(context);
    const report = await faults.suffer(watch(), {
      name: 'ext4: out of inodes',
      inject: () => useUpInodes(join(path, 'many')),
      expected: { degraded: true, reason: 'OUT_OF_INODES' },
      heal: () => rmSync(join(path, 'many'), { recursive: true }),
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'no inodes left' });
  });

  test('is degraded when no block is left', async (context) => {
    const { path, watch } = createExt4(context);
    const report = await faults.suffer(watch(), {
      name: 'ext4: full',
      inject: () => fill(join(path, 'filler')),
      expected: { degraded: true, reason: 'FULL' },
      heal: () => rmSync(join(path, 'filler')),
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'no space left' });
  });

  test('is offline while it is not mounted, once it was', async (context) => {
    const { rig, path, watch, mount } = createExt4(context);
    const report = await faults.suffer(watch(), {
      name: 'ext4: unmounted',
      inject: () => rig.umount(path),
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: mount,
    });
    expect(report.status_info).toBe("nothing is mounted at the volume's path");
  });
});

const whyNoBtrfs = whyNoDisk('btrfs');

describe.skipIf(whyNoBtrfs !== null)(`a volume on btrfs${unless(whyNoBtrfs)}`, { concurrent: true }, () => {
  test('is offline while another subvolume is mounted in place of its own', async (context) => {
    const { watch, mountSubvolume } = createBtrfs(context);
    mountSubvolume('one');
    const report = await faults.suffer(watch(), {
      name: 'btrfs: another subvolume',
      inject: () => mountSubvolume('two'),
      expected: { status: 'offline', reason: 'WRONG_MOUNT' },
      heal: () => mountSubvolume('one'),
    });
    expect(report.checks[0]?.info).toContain('its /two');
  });

  test('is healthy at a subvolume that is not mounted itself, and offline once the whole is gone', async (context) => {
    const { rig, disk, path, watch } = createBtrfs(context);
    const subvolume = join(path, 'one');
    const running = watch({ path: subvolume });
    await running.until({ status: 'healthy' });
    const report = await faults.suffer(running, {
      name: 'btrfs: unmounted, path in a subvolume of it',
      inject: () => {
        rig.umount(path);
        mkdirSync(subvolume);
      },
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: () => disk.mount(path),
    });
    expect(report.status_info).toBe("nothing is mounted at the volume's path");
  });

  test('is degraded while it is mounted read-only', async (context) => {
    const { rig, path, watch } = createBtrfs(context);
    const report = await faults.suffer(watch(), {
      name: 'btrfs: remounted read-only',
      inject: () => rig.mount('-o', 'remount,ro', path),
      expected: { degraded: true, reason: 'READ_ONLY' },
      heal: () => rig.mount('-o', 'remount,rw', path),
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'mounted read-only' });
  });

  test('is degraded when no block is left', async (context) => {
    const { path, watch } = createBtrfs(context);
    const report = await faults.suffer(watch(), {
      name: 'btrfs: full',
      inject: () => fill(join(path, 'filler')),
      expected: { degraded: true, reason: 'FULL' },
      heal: () => {
        rmSync(join(path, 'filler'));
        // What was freed is to be had from the next commit on, which may be half a minute away.
        runCommand('sync', '--file-system', path);
      },
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'no space left' });
  });
});

function createExt4(context: TestContext) {
  const { rig, path, watch } = createVolumeSite(context);
  const disk = createLoopDisk(rig, 'ext4', { formatOptions: ['-N', '64'] });
  const mount = () => disk.mount(path, 'errors=remount-ro');
  mount();
  return {
    rig,
    path,
    device: disk.device,
    mount,
    watch: () => watch({ backend: 'vfs' }),
    repair: () => {
      rig.umount(path);
      // It says so by its exit code, too, that it has repaired something.
      runCommand('sh', '-c', `e2fsck -fy ${disk.device} || test $? = 1`);
      mount();
    },
  };
}

function createBtrfs(context: TestContext) {
  const { rig, path, watch } = createVolumeSite(context);
  const disk = createLoopDisk(rig, 'btrfs');
  disk.mount(path);
  for (const name of ['one', 'two']) runCommand('btrfs', 'subvolume', 'create', join(path, name));
  return {
    rig,
    path,
    disk,
    watch: (config: { path?: string } = {}) => watch({ backend: 'vfs', ...config }),
    mountSubvolume: (name: string) => {
      rig.umount(path);
      disk.mount(path, `subvol=${name}`);
    },
  };
}

function isKernelAtLeast(major: number, minor: number): boolean {
  const [own = 0, ownMinor = 0] = release().split('.').map(Number);
  return own > major || (own === major && ownMinor >= minor);
}
