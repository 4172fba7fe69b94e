import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { createFaultTable } from '../rigs/fault-table.ts';
import { createLoopDisk, whyNoDisk } from '../rigs/loop-disk.ts';
import { type MountRig, unless } from '../rigs/mounts.ts';
import { createVolumeSite } from '../rigs/volume-site.ts';
import { findMissing } from './wanted-programs.ts';

const whyNoAutofs = whyNoDisk('xfs') ?? findMissing({ automount: 'autofs' });

describe.skipIf(whyNoAutofs !== null)(`a volume that is mounted when it is asked for${unless(whyNoAutofs)}`, () => {
  const faults = createFaultTable('XFS mounted by an automounter, backend "xfs":');
  afterAll(() => faults.print());

  test('is mounted by being watched, and is offline while that cannot be done', async (context) => {
    const { rig, path, watch } = createVolumeSite(context);
    const disk = createLoopDisk(rig, 'xfs');
    startAutomounter({ rig, context, path, device: disk.device });
    const { checks, reason } = await faults.suffer(watch({ backend: 'xfs' }), {
      name: 'its disk cannot be mounted',
      inject() {
        disk.lose();
        rig.umount('--types', 'xfs', path);
      },
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: disk.format,
    });
    expect(reason).toBe('NOT_MOUNTED');
    expect(checks[0]?.info).toContain('autofs');
  });
});

interface Automount {
  readonly rig: MountRig;
  readonly context: TestContext;
  readonly path: string;
  readonly device: string;
}

function startAutomounter({ rig, context, path, device }: Automount): void {
  const directory = rig.directory('automounter');
  const [master, map] = [join(directory, 'master'), join(directory, 'map')];
  writeFileSync(master, `/- ${map} --negative-timeout=1\n`);
  writeFileSync(map, `${path} -fstype=xfs :${device}\n`);
  // Its own group walks through its mounts without bringing anything up: it must not be that of those who ask.
  const automounter: ChildProcess = spawn('automount', ['--foreground', '--dont-check-daemon', master], {
    cwd: '/',
    detached: true,
    stdio: 'inherit',
  });
  context.onTestFinished(async () => {
    if (automounter.exitCode !== null) return;
    automounter.kill();
    await once(automounter, 'exit');
  });
}
