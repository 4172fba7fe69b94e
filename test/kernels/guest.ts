import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { UmlPackage } from './uml-package.ts';

export interface GuestOptions {
  /** Run as root, from the guest's own directory for temporary files. Its standard output is the guest's. */
  readonly script: string;
  /** A guest that runs for longer is killed. */
  readonly limitMs: number;
}

/** What became of a guest. */
export interface GuestOutcome {
  /** Whether its script was begun. */
  readonly hasStarted: boolean;
  /** What the script printed; where it was not even begun, what the kernel did. */
  readonly output: string;
  /** What the script wrote to `$REPORT`; `null` where that is nothing. */
  readonly report: string | null;
  readonly isOverdue: boolean;
}

const PREFIX = 'volhealth-guest-';
const MEMORY = '2048M';
/** Temporary files lie on a disk, as some programs want to write past the cache. What is not used takes no memory. */
const DISK = '4G';

/**
 * Boots a kernel of its own as an ordinary process, and runs a script in it. It has this machine's files, but can
 * write to none of them: what it writes goes to its own memory. It ends with this process, even where that is killed.
 */
export async function runInGuest(uml: UmlPackage, { script, limitMs }: GuestOptions): Promise<GuestOutcome> {
  sweep();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const read = (name: string) =>
    existsSync(join(directory, name)) ? readFileSync(join(directory, name), 'utf8') : null;
  try {
    writeFileSync(join(directory, 'init'), initOf(directory, uml, script), { mode: 0o755 });
    const isOverdue = await boot(directory, uml, limitMs);
    const [output, console, report] = [read('output'), read('console'), read('report')];
    return { hasStarted: output !== null, output: output ?? console ?? '', report, isOverdue };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Removes what a run left behind that was killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** The guest's first process: gives it what a distribution would, runs the script and switches it off. */
function initOf(directory: string, { moduleRoot }: UmlPackage, script: string): string {
  return `#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/tmp /run/out /dev/shm /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts
mount -t hostfs -o ${quoted(directory)} hostfs /run/out
exec >/run/out/output 2>&1
export PATH=${quoted(dirname(process.execPath))}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/run/tmp TMPDIR=/run/tmp REPORT=/run/out/report NO_COLOR=1
export MODPROBE_OPTIONS=--dirname=/run/uml
ln -s ${quoted(moduleRoot)} /run/uml
printf '#!/bin/sh\\nexec /sbin/modprobe --dirname=/run/uml "$@"\\n' >/run/modprobe
chmod +x /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
echo guest >/proc/sys/kernel/hostname
ip link set lo up
modprobe --all autofs4 dm-mod fuse loop
truncate -s ${DISK} /run/disk
mkfs.ext4 -q /run/disk
mount -o loop /run/disk /run/tmp
mkdir /run/upper /run/work
mount -t overlay -o lowerdir=/tmp,upperdir=/run/upper,workdir=/run/work overlay /tmp
cd /run/tmp
${script}
echo o >/proc/sysrq-trigger
sleep 10
`;
}

/** Resolves once the guest is gone: with whether it had to be killed. */
async function boot(directory: string, { kernel }: UmlPackage, limitMs: number): Promise<boolean> {
  const console = openSync(join(directory, 'console'), 'w');
  // Whoever dies takes the next one along, and the last one everything in its process namespace.
  const command = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--pid', '--fork', '--kill-child'];
  const options = `mem=${MEMORY} con=null con0=null,fd:1 quiet loglevel=1 root=/dev/root rootfstype=hostfs rootflags=/ ro`;
  const args = [kernel, ...options.split(' '), `uml_dir=${directory}/`, `init=${directory}/init`];
  const [program = '', ...rest] = [...command, ...args];
  const guest = spawn(program, rest, { cwd: '/', stdio: ['ignore', console, console] });
  closeSync(console);
  const limit = AbortSignal.timeout(limitMs);
  limit.addEventListener('abort', () => guest.kill('SIGKILL'));
  await once(guest, 'exit');
  return limit.aborted;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
