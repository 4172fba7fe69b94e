import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseMountinfo } from '../../backends/mount/mountinfo.ts';

/** A private directory in which file systems are mounted, and from which all of them are taken away again. */
export interface MountRig {
  /** Makes a directory in it. */
  readonly directory: (name: string) => string;
  /** Runs `mount` with these arguments. */
  readonly mount: (...args: string[]) => void;
  readonly umount: (path: string) => void;
  /** Takes every mount away, hung ones too, and the directory itself. */
  readonly remove: () => void;
}

const PREFIX = 'volhealth-mounts-';

/** Says why no file system can be mounted here; `null` where it can. */
export const whyNoMounts: string | null = findObstacle();

/** What a test's name says where it is skipped. */
export const unlessMounts: string = whyNoMounts === null ? '' : ` (skipped: ${whyNoMounts})`;

export function createMountRig(): MountRig {
  sweep();
  const root = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  return {
    directory(name) {
      const path = join(root, name);
      mkdirSync(path);
      return path;
    },
    mount: (...args) => run('mount', ...args),
    umount: (path) => run('umount', path),
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
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeTree(join(tmpdir(), name));
  }
}

function removeTree(root: string): void {
  const mountPoints = [...parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8')).values()]
    .map(({ mountPoint }) => mountPoint)
    .filter((mountPoint) => mountPoint.startsWith(`${root}/`));
  // Lazily, and without looking at the path: neither asks a file system that may hang.
  for (const mountPoint of mountPoints.toReversed()) run('umount', '--lazy', '--no-canonicalize', mountPoint);
  rmSync(root, { recursive: true, force: true });
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe', cwd: '/', timeout: 10_000 });
}
