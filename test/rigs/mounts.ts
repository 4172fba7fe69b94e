import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMountinfo } from '../../backends/mount/mountinfo.ts';
import { detachLoopDevices } from './loop-devices.ts';
import { runCommand } from './run-command.ts';

/** A private directory in which file systems are mounted, and from which all of them are taken away again. */
export interface MountRig {
  /** Makes a directory in it. */
  readonly directory: (name: string) => string;
  /** Runs `mount` with these arguments. */
  readonly mount: (...args: string[]) => void;
  /** Runs `umount` with these arguments; also while what is to be unmounted is being looked at. */
  readonly umount: (...args: string[]) => void;
  /** Takes every mount away, hung ones too, the disks made of its files, and the directory itself. */
  readonly remove: () => void;
}

const PREFIX = 'volhealth-mounts-';

/** Says why no file system can be mounted here; `null` where it can. */
export const whyNoMounts: string | null = findObstacle();

export const unlessMounts: string = unless(whyNoMounts);

/** What a test's name says where it is skipped. */
export function unless(obstacle: string | null): string {
  return obstacle === null ? '' : ` (skipped: ${obstacle})`;
}

export function createMountRig(): MountRig {
  sweep();
  const root = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  return {
    directory(name) {
      const path = join(root, name);
      mkdirSync(path);
      return path;
    },
    mount: (...args) => void runCommand('mount', ...args),
    umount,
    remove: () => removeTree(root),
  };
}

function findObstacle(): string | null {
  if (process.platform !== 'linux') return 'mounting needs Linux';
  if (process.geteuid?.() !== 0) return 'mounting needs root';
  const rig = createMountRig();
  try {
    rig.mount('-t', 'tmpfs', 'probe', rig.directory('probe'));
    return null;
  } catch {
    return 'mounting is not permitted here';
  } finally {
    rig.remove();
  }
}

/** Removes what a run left behind that was killed. */
function sweep(): void {
  const tmp = tmpdir();
  for (const name of readdirSync(tmp)) {
    if (!isLeftBehind(name)) continue;
    const claimed = join(tmp, `${PREFIX}${process.pid}-${name.slice(PREFIX.length)}`);
    try {
      renameSync(join(tmp, name), claimed);
    } catch {
      // Another run that sweeps as well has renamed it.
      continue;
    }
    removeTree(claimed);
  }
  // Those whose file somebody has removed, too.
  detachLoopDevices((image) => image.startsWith(`${tmp}/`) && isLeftBehind(image.slice(tmp.length + 1)));
}

function isLeftBehind(name: string): boolean {
  const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}

function umount(...args: string[]): void {
  for (;;) {
    try {
      runCommand('umount', ...args);
      return;
    } catch (error) {
      // A worker that looks at it keeps it busy, but not for long.
      if (!String(error).includes('target is busy')) throw error;
    }
  }
}

function removeTree(root: string): void {
  const mounts = [...parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8')).values()].filter(({ mountPoint }) =>
    mountPoint.startsWith(`${root}/`),
  );
  for (const { mountPoint, source } of mounts.toReversed()) {
    if (source.startsWith('/dev/loop')) thaw(mountPoint);
    // Lazily, and without looking at the path: neither asks a file system that may hang.
    runCommand('umount', '--lazy', '--no-canonicalize', mountPoint);
  }
  detachLoopDevices((image) => image.startsWith(`${root}/`));
  rmSync(root, { recursive: true, force: true });
}

/** What is unmounted while frozen stays so, and keeps its disk. */
function thaw(mountPoint: string): void {
  try {
    runCommand('fsfreeze', '--unfreeze', mountPoint);
  } catch {
    // It is not frozen.
  }
}
