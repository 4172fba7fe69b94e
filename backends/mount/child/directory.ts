import { constants } from 'node:fs';
import { type FileHandle, open, readFile, readlink, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { MountEvidence } from '../mount-question.ts';

/** Not in `fs.constants`. Such a descriptor names a mount without asking its file system. */
const O_PATH = 0o10_000_000;

/** For files that somebody may have planted: neither is a link followed, nor a FIFO's other end waited for. */
export const READ_SAFELY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
export const CREATE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Where something lies: on which mount, and where the path to it leads. Absent where the platform cannot tell. */
export type Place = Pick<MountEvidence, 'mountId' | 'realPath'>;

/** An opened directory, as it is wherever its path may lead meanwhile. */
export interface Directory extends AsyncDisposable {
  readonly place: Place;
  /** A path of what is in it that cannot lead anywhere else. */
  readonly at: (...names: string[]) => string;
}

export async function openDirectory(path: string, flags = 0): Promise<Directory> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | flags);
  const root = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : path;
  return {
    place: await placeOfHandle(handle),
    at: (...names) => join(root, ...names),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** Where a path leads. The file system at the path is not asked, but those on the way to it are. */
export async function placeOf(path: string): Promise<Place> {
  await using handle = await open(path, O_PATH);
  return await placeOfHandle(handle);
}

/** Whether a directory is on the mount that was looked at; yes, where the platform cannot tell. */
export const isOn = ({ place }: Directory, mountId: number | null): boolean =>
  mountId === null || place.mountId === mountId;

async function placeOfHandle({ fd }: FileHandle): Promise<Place> {
  if (process.platform !== 'linux') return {};
  const [info, realPath] = await Promise.all([
    readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => ''),
    readlink(`/proc/self/fd/${fd}`).catch(() => undefined),
  ]);
  const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
  return { ...(id === undefined ? {} : { mountId: Number(id) }), ...(realPath === undefined ? {} : { realPath }) };
}

/** How much room its file system has. */
export async function spaceOf(directory: Directory): Promise<NonNullable<MountEvidence['statfs']>> {
  const { type, frsize, bsize, blocks, bfree, bavail, files, ffree } = await statfs(directory.at(), { bigint: true });
  return { type, blockBytes: frsize > 0n ? frsize : bsize, blocks, bfree, bavail, files, ffree };
}
