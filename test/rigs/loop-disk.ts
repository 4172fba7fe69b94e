import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachLoopDevice } from './loop-devices.ts';
import { createMountRig, type MountRig, whyNoMounts } from './mounts.ts';
import { runCommand } from './run-command.ts';

export type DiskType = keyof typeof TYPES;

/** A disk of its own: a sparse file in a rig's directory, which takes it away again. */
export interface LoopDisk {
  /** Such as `/dev/loop0`. */
  readonly device: string;
  /** Makes its file system anew: whatever was on it, or had become of it, is gone. */
  readonly format: () => void;
  /** Mounts it; options as in `mount -o`. */
  readonly mount: (path: string, options?: string) => void;
  /** Takes it from under its file system: nothing more can be read from it. `format` brings it back. */
  readonly lose: () => void;
}

export interface DiskOptions {
  /** Where its file is made: in the rig, so that it goes with it. */
  readonly directory?: string;
  /** As `mkfs` takes them. */
  readonly formatOptions?: readonly string[];
}

const MIB = 2 ** 20;

/** The smallest disks that the programs agree to, and the programs. */
const TYPES = {
  xfs: { bytes: 300 * MIB, format: ['mkfs.xfs', '-q', '-f'], programs: ['mkfs.xfs', 'xfs_io'] },
  ext4: { bytes: 32 * MIB, format: ['mkfs.ext4', '-q', '-F'], programs: ['mkfs.ext4', 'e2fsck', 'xfs_io'] },
  btrfs: { bytes: 128 * MIB, format: ['mkfs.btrfs', '-q', '-f'], programs: ['mkfs.btrfs', 'btrfs'] },
} as const satisfies Record<string, { bytes: number; format: [string, ...string[]]; programs: string[] }>;

export function createLoopDisk(rig: MountRig, type: DiskType, options: DiskOptions = {}): LoopDisk {
  const { directory = rig.directory('disk'), formatOptions = [] } = options;
  const { bytes, format } = TYPES[type];
  const [program, ...args] = format;
  const image = join(directory, 'image');
  writeFileSync(image, '');
  truncateSync(image, bytes);
  const device = attachLoopDevice(image);
  const disk: LoopDisk = {
    device,
    format() {
      truncateSync(image, bytes);
      runCommand(program, ...args, ...formatOptions, device);
    },
    mount: (path, mountOptions = 'defaults') => rig.mount('-t', type, '-o', mountOptions, device, path),
    lose: () => truncateSync(image, 0),
  };
  disk.format();
  return disk;
}

/** Says why no disk with such a file system can be mounted here; `null` where it can. */
export function whyNoDisk(type: DiskType, options = 'defaults'): string | null {
  if (whyNoMounts !== null) return whyNoMounts;
  const missing = TYPES[type].programs.find((program) => !hasProgram(program));
  if (missing !== undefined) return `there is no ${missing}`;
  const rig = createMountRig();
  let obstacle = 'no loop device can be had';
  try {
    const disk = createLoopDisk(rig, type);
    obstacle = `the kernel mounts no ${type}${options === 'defaults' ? '' : ` with ${options}`}`;
    disk.mount(rig.directory('probe'), options);
    return null;
  } catch {
    return obstacle;
  } finally {
    rig.remove();
  }
}

function hasProgram(program: string): boolean {
  try {
    runCommand(program, '-V');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
