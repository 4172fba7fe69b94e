import { afterAll, describe, expect, test } from 'vitest';
import { mountDeadAutomount, whyNoAutomount } from '../rigs/dead-automount.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { unless } from '../rigs/mounts.ts';
import { createVolumeSite } from '../rigs/volume-site.ts';

describe.skipIf(whyNoAutomount !== null)(`a volume that is mounted on demand${unless(whyNoAutomount)}`, () => {
  const faults = createFaultTable('Faults of an automount, as a volume of backend "vfs" tells them:');
  afterAll(() => faults.print());

  test('is offline once its automounter has died, though something is mounted at its path', async (context) => {
    const { rig, path, watch } = createVolumeSite(context);
    mountDeadAutomount(rig, path);
    const bringUp = () => rig.mount('-t', 'tmpfs', '-o', 'size=1m', 'scratch', path);
    bringUp();
    const report = await faults.suffer(watch({ backend: 'vfs' }), {
      name: 'automounter died, mount expired',
      inject: () => rig.umount(path),
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: bringUp,
    });
    expect(report.checks[0]?.info).toContain('found autofs automounter');
  });
});
