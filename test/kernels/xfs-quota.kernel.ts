import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { fill } from '../rigs/disk-faults.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { createLoopDisk, whyNoDisk } from '../rigs/loop-disk.ts';
import { unless } from '../rigs/mounts.ts';
import { runCommand } from '../rigs/run-command.ts';
import { createVolumeSite } from '../rigs/volume-site.ts';

const whyNoXfs = whyNoDisk('xfs');
const LIMIT_BYTES = 8 * 2 ** 20;

describe.skipIf(whyNoXfs !== null)(`a volume on an XFS with project quotas${unless(whyNoXfs)}`, () => {
  const faults = createFaultTable('XFS with project quotas, backend "xfs":');
  afterAll(() => faults.print());

  test('is healthy while they are enforced', async (context) => {
    const { disk, path, watch } = createDisk(context);
    disk.mount(path, 'prjquota');
    const { checks } = await watch({ backend: 'xfs', options: { quota: true } }).until({ status: 'healthy' });
    expect(checks).toMatchObject([{ status: 'pass', reason: 'OK' }]);
  });

  test.for(['noquota', 'pqnoenforce'])('is degraded while it is mounted with %s', async (option, context) => {
    const { rig, disk, path, watch } = createDisk(context);
    disk.mount(path, 'prjquota');
    const { status_info } = await faults.suffer(watch({ backend: 'xfs', options: { quota: true } }), {
      name: `mounted with ${option}`,
      inject() {
        rig.umount(path);
        disk.mount(path, option);
      },
      expected: { status: 'healthy', degraded: true, reason: 'QUOTA_NOT_ENFORCED' },
      heal() {
        rig.umount(path);
        disk.mount(path, 'prjquota');
      },
    });
    expect(status_info).toBe('project quotas are not enforced');
  });

  test('has the size of its limit, and is degraded while it is used up', async (context) => {
    const { directory, watch } = createProject(context, `bhard=${LIMIT_BYTES}`);
    const volume = watch({ backend: 'xfs', path: directory, write_check: true, write_check_interval: '1s' });
    const { metadata } = await volume.until({ status: 'healthy', degraded: false });
    const filler = join(directory, 'filler');
    const { checks } = await faults.suffer(volume, {
      name: 'the project has used up its limit',
      inject: () => fill(filler),
      expected: { status: 'healthy', degraded: true, reason: 'FULL' },
      heal: () => rmSync(filler),
    });
    expect(metadata).toMatchObject({ capacity_bytes: LIMIT_BYTES });
    expect(checks).toMatchObject([{ name: 'mount', reason: 'FULL' }, { name: 'write' }]);
  });
});

function createDisk(context: TestContext) {
  const site = createVolumeSite(context);
  return { ...site, disk: createLoopDisk(site.rig, 'xfs') };
}

/** A directory that belongs to a project with a limit, as `xfs_quota` takes it. */
function createProject(context: TestContext, limit: string) {
  const { disk, path, watch } = createDisk(context);
  disk.mount(path, 'prjquota');
  const directory = join(path, 'project');
  mkdirSync(directory);
  runCommand('xfs_quota', '-x', '-c', `project -s -p ${directory} 42`, '-c', `limit -p ${limit} 42`, path);
  return { directory, watch };
}
