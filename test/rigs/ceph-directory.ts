import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killStartedWith } from './processes.ts';

const PREFIX = 'volhealth-ceph-';

/** Makes a directory for one cluster. Ends and removes first what runs left behind that were killed. */
export function createCephDirectory(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeCephDirectory(join(tmpdir(), name));
  }
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** The argument that all processes of the cluster in the directory have. */
export const confArgument = (root: string): string => `--conf=${root}/ceph.conf`;

/** Ends the cluster in it, whatever state it is in, takes its mounts away, hung ones too, and removes the directory. */
export function removeCephDirectory(root: string): void {
  dropMounts(root);
  killStartedWith(confArgument(root));
  rmSync(root, { recursive: true, force: true, maxRetries: 10 });
}

/** Takes every mount in the directory away without asking its file system. */
export function dropMounts(root: string): void {
  for (const { mountPoint, minor } of mountsIn(root).toReversed()) {
    abortFuse(minor);
    spawnSync('umount', ['--lazy', '--no-canonicalize', mountPoint], { cwd: '/', timeout: 10_000 });
  }
  const [left] = mountsIn(root);
  if (left !== undefined) throw new Error(`${left.mountPoint} cannot be unmounted`);
}

/** The mounts in the directory, as the kernel lists them. */
export function mountsIn(root: string): { mountPoint: string; minor: string }[] {
  const rows = readFileSync('/proc/self/mountinfo', 'utf8').matchAll(/^\d+ \d+ \d+:(\d+) \S+ (\S+)/gm);
  const mounts = Array.from(rows, ([, minor = '', mountPoint = '']) => ({ mountPoint, minor }));
  return mounts.filter(({ mountPoint }) => mountPoint.startsWith(`${root}/`));
}

/** Answers whoever waits for the file system with an error; its client itself may be among them, and unkillable. */
function abortFuse(minor: string): void {
  try {
    writeFileSync(`/sys/fs/fuse/connections/${minor}/abort`, '1');
  } catch {
    // The connection has ended already; or these files are not mounted, and it ends when the client is killed.
  }
}
