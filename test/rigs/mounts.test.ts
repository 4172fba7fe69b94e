import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { whyNoDisk } from './loop-disk.ts';
import { createMountRig, type MountRig, unless } from './mounts.ts';
import { runCommand } from './run-command.ts';

/** Leaves a frozen file system on a disk, and another mount. */
const KILLED_RUN = `
  import { freeze } from '${import.meta.dirname}/disk-faults.ts';
  import { createLoopDisk } from '${import.meta.dirname}/loop-disk.ts';
  import { createMountRig } from '${import.meta.dirname}/mounts.ts';
  const rig = createMountRig();
  const path = rig.directory('volume');
  createLoopDisk(rig, 'xfs').mount(path);
  freeze(path);
  rig.mount('-t', 'tmpfs', 'scratch', rig.directory('other'));
  process.kill(process.pid, 'SIGKILL');
`;

const whyNoXfs = whyNoDisk('xfs');

describe.skipIf(whyNoXfs !== null)(`what a killed run left behind${unless(whyNoXfs)}`, () => {
  let rig: MountRig;
  let directory: string;
  beforeEach(() => {
    rig = createMountRig();
    directory = rig.directory('tmp');
    // Other runs, which may sweep at any time, do not see what is here.
    vi.stubEnv('TMPDIR', directory);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rig.remove();
  });

  function remains() {
    const table = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const images = runCommand('losetup', '--list', '--noheadings', '--output', 'BACK-FILE').split('\n');
    return {
      mounts: table.filter((row) => row.includes(directory)).length,
      disks: images.filter((image) => image.startsWith(directory)).length,
      directories: readdirSync(directory).length,
    };
  }

  test('is taken away by the next one: its mounts, frozen or not, its disks, and its files', () => {
    spawnSync(process.execPath, ['--input-type=module', '--eval', KILLED_RUN]);
    expect(remains()).toEqual({ mounts: 2, disks: 1, directories: 1 });

    createMountRig().remove();

    expect(remains()).toEqual({ mounts: 0, disks: 0, directories: 0 });
  });
});
