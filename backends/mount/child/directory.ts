import { constants } from 'node:fs';
import { type FileHandle, open, readFile, statfs } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import type { MountEvidence } from '../mount-question.ts';

/** Not in `fs.constants`. Such a descriptor names a mount without asking its file system. */
const O_PATH = 0o10_000_000;

/** An opened directory, as it is wherever its path may lead meanwhile. */
export interface Directory extends AsyncDisposable {
  /** The mount that it lies on; absent where the platform cannot tell. */
  readonly mountId?: number;
  /** A path of what is in it that cannot lead anywhere else. */
  readonly at: (...names: string[]) => string;
}

export async function openDirectory(path: string, flags = 0): Promise<Directory> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | flags);
  const root = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : path;
  return {
    ...(await mountIdOf(handle)),
    at: (...names) => join(root, ...names),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** The mount that a path lies on. The file system at the path is not asked, but those on the way to it are. */
export async function mountOf(path: string): Promise<{ mountId?: number }> {
  await using handle = await open(path, O_PATH);
  return await mountIdOf(handle);
}

async function mountIdOf(handle: FileHandle): Promise<{ mountId?: number }> {
  const text = await readFile(`/proc/self/fdinfo/${handle.fd}`, 'utf8').catch(() => '');
  const id = /^mnt_id:\s*(\d+)$/m.exec(text)?.[1];
  return id === undefined ? {} : { mountId: Number(id) };
}

/** How much room its file system has. */
export async function spaceOf(directory: Directory): Promise<NonNullable<MountEvidence['statfs']>> {
  const { type, frsize, bsize, blocks, bfree, bavail, files, ffree } = await statfs(directory.at(), { bigint: true });
  return { type, blockBytes: frsize > 0n ? frsize : bsize, blocks, bfree, bavail, files, ffree };
}

/**
 * The errno by the platform's own count, positive, and its text, without our path to it. What is no system error is a
 * mistake of ours, and is thrown on.
 */
export function systemError(error: unknown): { errno: number; message: string } {
  // What was open could not be closed either: the first failure is the one that counts.
  if (error instanceof SuppressedError) return systemError(error.suppressed);
  const { code = '', errno, message } = error as NodeJS.ErrnoException;
  if (errno === undefined) throw error;
  const known: Record<string, number> = os.errno;
  return { errno: known[code] ?? Math.abs(errno), message: message.replace(/, .*$/s, '') };
}
