import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { fill, freeze, shutDown, takeSpace, thaw } from '../rigs/disk-faults.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { createLoopDisk, whyNoDisk } from '../rigs/loop-disk.ts';
import { unless } from '../rigs/mounts.ts';
import { createVolumeSite } from '../rigs/volume-site.ts';

const whyNoXfs = whyNoDisk('xfs');
const whyNoQuotas = whyNoDisk('xfs', 'prjquota');
const WRITTEN_TO = { write_check: true, write_check_interval: '1s' };

describe.skipIf(whyNoXfs !== null)(`a volume on XFS${unless(whyNoXfs)}`, { concurrent: true }, () => {
  const faults = createFaultTable('Faults of an XFS, as a volume of backend "xfs" tells them:');
  afterAll(() => faults.print());

  test('is healthy, and says how full it is', async (context) => {
    const { disk, watch } = createXfs(context);
    const report = await watch({ mount: { source: disk.device, required: true } }).until({ status: 'healthy' });
    expect(report).toMatchObject({ degraded: false, reason: 'OK', metadata: { fstype: 'xfs' } });
    expect(report.status_info).toMatch(/^mounted, \d+ % used$/);
  });

  test('is offline once the file system has shut itself down', async (context) => {
    const { rig, disk, path, watch } = createXfs(context);
    const report = await faults.suffer(watch(), {
      name: 'shut down',
      inject: () => shutDown(path),
      expected: { status: 'offline', reason: 'IO_ERROR' },
      heal: () => {
        rig.umount(path);
        disk.mount(path);
      },
    });
    expect(report.status_info).toBe('the file system answers with an error');
  });

  test('is degraded while it is mounted read-only', async (context) => {
    const { rig, path, watch } = createXfs(context);
    const report = await faults.suffer(watch(), {
      name: 'remounted read-only',
      inject: () => rig.mount('-o', 'remount,ro', path),
      expected: { degraded: true, reason: 'READ_ONLY' },
      heal: () => rig.mount('-o', 'remount,rw', path),
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'mounted read-only' });
  });

  test('is degraded when no block is left', async (context) => {
    const { path, watch } = createXfs(context);
    const report = await faults.suffer(watch(), {
      name: 'full to the last block',
      inject: () => fill(join(path, 'filler')),
      expected: { degraded: true, reason: 'FULL' },
      heal: () => rmSync(join(path, 'filler')),
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'no space left' });
  });

  test('is degraded when less is left than the threshold', async (context) => {
    const { path, watch } = createXfs(context);
    const report = await faults.suffer(watch({ capacity_warn: '80%' }), {
      name: 'nearly full',
      inject: () => takeSpace(join(path, 'filler'), 0.9),
      expected: { degraded: true, reason: 'NEARLY_FULL' },
      heal: () => rmSync(join(path, 'filler')),
    });
    expect(report).toMatchObject({ status: 'healthy', status_info: 'nearly full, 90 % used' });
  });

  describe('while it is frozen', () => {
    test('is healthy to whoever reads', async (context) => {
      const { path, watch } = createXfs(context);
      const report = await faults.overlook(watch(), {
        name: 'frozen',
        inject: () => freeze(path),
        heal: () => thaw(path),
      });
      expect(report).toMatchObject({ status: 'healthy', degraded: false });
    });

    test('is degraded where it is written to, and goes on being looked at', async (context) => {
      const { path, watch } = createXfs(context);
      const report = await faults.suffer(watch(WRITTEN_TO), {
        name: 'frozen, with the write check',
        inject: () => freeze(path),
        expected: { degraded: true, reason: 'WRITE_FAILED' },
        heal: () => thaw(path),
      });
      expect(report).toMatchObject({ status: 'healthy', status_info: 'a test file could not be written in time' });
      expect(report.checks).toContainEqual(expect.objectContaining({ name: 'mount', status: 'pass' }));
    });
  });

  describe('whose disk is gone', () => {
    test('is healthy to whoever reads what is cached', async (context) => {
      const { disk, watch, replaceDisk } = createXfs(context);
      const report = await faults.overlook(watch(), {
        name: 'disk gone',
        inject: () => disk.lose(),
        heal: replaceDisk,
      });
      expect(report).toMatchObject({ status: 'healthy', degraded: false });
    });

    test('is offline once anything is changed: the file system then shuts itself down', async (context) => {
      const { disk, path, watch, replaceDisk } = createXfs(context);
      const report = await faults.suffer(watch(), {
        name: 'disk gone, and a change made',
        inject: () => {
          disk.lose();
          expect(() => chmodSync(path, 0o700)).toThrow('EIO');
        },
        expected: { status: 'offline', reason: 'IO_ERROR' },
        heal: replaceDisk,
      });
      expect(report.status_info).toBe('the file system answers with an error');
    });
  });

  test('is degraded while it is mounted without the quotas that it is to have', async (context) => {
    const { watch } = createXfs(context);
    const report = await watch({ options: { quota: true } }).until({ status: 'healthy' });
    expect(report).toMatchObject({ degraded: true, reason: 'QUOTA_NOT_ENFORCED' });
  });

  test.skipIf(whyNoQuotas !== null)(
    `is healthy with the quotas that it is to have${unless(whyNoQuotas)}`,
    async (context) => {
      const { rig, disk, path, watch } = createXfs(context);
      rig.umount(path);
      disk.mount(path, 'prjquota');
      const report = await watch({ options: { quota: true } }).until({ status: 'healthy' });
      expect(report).toMatchObject({ degraded: false, reason: 'OK' });
    },
  );
});

function createXfs(context: TestContext) {
  const { rig, path, watch } = createVolumeSite(context);
  const disk = createLoopDisk(rig, 'xfs');
  disk.mount(path);
  return {
    rig,
    path,
    disk,
    watch: (config: Record<string, unknown> = {}) => watch({ backend: 'xfs', ...config }),
    replaceDisk: () => {
      rig.umount(path);
      disk.format();
      disk.mount(path);
    },
  };
}
