import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { createFaultTable } from '../rigs/fault-table.ts';
import { whyNoDisk } from '../rigs/loop-disk.ts';
import { unless } from '../rigs/mounts.ts';
import { createVolumeSite } from '../rigs/volume-site.ts';
import { createMappedDisk } from './mapped-disk.ts';
import { findMissing } from './wanted-programs.ts';

const whyNoMapper = whyNoDisk('xfs') ?? findMissing({ dmsetup: 'dmsetup' });
const WRITING = { write_check: true, write_check_interval: '1s' };

describe.skipIf(whyNoMapper !== null)(`a volume on an XFS whose disk fails${unless(whyNoMapper)}`, () => {
  const faults = createFaultTable('XFS on a disk that fails, backend "xfs":');
  afterAll(() => faults.print());

  test('is healthy while nothing is asked of the disk', async (context) => {
    const { disk, watch } = createSite(context);
    const fault = { name: 'errors, nothing asked of the disk', inject: disk.fail, heal: disk.recover };
    const { status_info } = await faults.overlook(watch({ backend: 'xfs' }), fault);
    expect(status_info).toMatch(/^mounted, \d+ % used$/);
  });

  test('is offline once a write has met an error, and well once mounted anew', async (context) => {
    const { rig, path, disk, watch } = createSite(context);
    const { status_info } = await faults.suffer(watch({ backend: 'xfs', ...WRITING }), {
      name: 'errors, write check',
      inject: disk.fail,
      expected: { status: 'offline', reason: 'IO_ERROR' },
      heal() {
        disk.recover();
        rig.umount(path);
        disk.mount(path);
      },
    });
    expect(status_info).toBe('the file system answers with an error');
  });

  test('is degraded while a write gets no answer', async (context) => {
    const { disk, watch } = createSite(context);
    const report = await faults.suffer(watch({ backend: 'xfs', ...WRITING }), {
      name: 'no answer, write check',
      inject: disk.hang,
      expected: { status: 'healthy', degraded: true },
      heal: disk.recover,
    });
    expect(report.checks).toMatchObject([{ name: 'mount' }, { name: 'write' }]);
  });
});

function createSite(context: TestContext) {
  const site = createVolumeSite(context);
  const disk = createMappedDisk(site.rig);
  disk.mount(site.path);
  context.onTestFinished(() => {
    disk.recover();
    site.rig.umount(site.path);
    disk.remove();
  });
  return { ...site, disk };
}
