import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Debian's user-mode Linux, unpacked. */
export interface UmlPackage {
  /** The kernel: an ordinary program. */
  readonly kernel: string;
  /** Where `modprobe --dirname` finds its modules. */
  readonly moduleRoot: string;
}

const PACKAGE = 'user-mode-linux';
const CACHE = fileURLToPath(new URL(`../../node_modules/.cache/${PACKAGE}`, import.meta.url));
const DOWNLOAD_MS = 120_000;

const run = promisify(execFile);

/** Downloads the package, once a checkout, and installs nothing. Rejects where that cannot be done. */
export async function unpackUml(): Promise<UmlPackage> {
  const kernel = join(CACHE, 'usr/bin/linux.uml');
  if (!existsSync(kernel)) await unpackTo(CACHE);
  return { kernel, moduleRoot: CACHE };
}

async function unpackTo(target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const work = await mkdtemp(`${target}-`);
  const unpacked = join(work, 'root');
  try {
    // Root's apt downloads as another user, who may not write here.
    const asRoot = process.geteuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];
    await run('apt-get', ['download', '--quiet', ...asRoot, PACKAGE], { cwd: work, timeout: DOWNLOAD_MS });
    const [archive = ''] = await readdir(work);
    await run('dpkg-deb', ['--extract', archive, unpacked], { cwd: work, timeout: DOWNLOAD_MS });
    await symlink('usr/lib/uml', join(unpacked, 'lib'));
    await rename(unpacked, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
