import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { readCapacity } from '../capacity.ts';
import type { MountStep, WriteEvidence, WriteQuestion } from '../mount-question.ts';
import { type Directory, openDirectory, spaceOf, systemError } from './directory.ts';

const BYTES = 4_096;
/** Less than this is left for those whose space it is. */
const MIN_AVAILABLE_BYTES = 1_048_576n;
const LEFTOVER_MS = 3_600_000;
const PREFIX = 'write-test-';
const [ENOENT, EINVAL] = [2, 22];
const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Creates a file, writes it through to the storage, reads it back past the page cache and removes it again: only this
 * sees dead object stores, full pools and lost write rights. In a directory of its own, which is made once: a call of
 * somebody else's that hangs locks the directory that it is in, and would hold up ours.
 */
export async function testWrite(
  { path, mountId, directory: name }: WriteQuestion,
  onStep: (step: MountStep) => void,
): Promise<WriteEvidence> {
  let step: MountStep = 'open';
  const begin = (next: MountStep) => {
    step = next;
    onStep(next);
  };
  try {
    begin('open');
    await using volume = await openDirectory(path);
    if (mountId !== null && volume.mountId !== mountId) return { outcome: 'moved' };
    begin('statfs');
    const capacity = readCapacity(await spaceOf(volume));
    if (capacity !== null && capacity.availableBytes < MIN_AVAILABLE_BYTES) return { outcome: 'full' };
    begin('mkdir');
    await using own = await openOwn(volume, name);
    if (own.mountId !== volume.mountId) return { outcome: 'moved' };
    await removeLeftovers(own);
    return { outcome: await writeAndReadBack(own.at(PREFIX + randomBytes(8).toString('hex')), begin) };
  } catch (error) {
    return { outcome: 'failed', failure: { step, ...systemError(error) } };
  }
}

async function openOwn(volume: Directory, name: string): Promise<Directory> {
  try {
    return await openDirectory(volume.at(name), constants.O_NOFOLLOW);
  } catch (error) {
    if (systemError(error).errno !== ENOENT) throw error;
    await mkdir(volume.at(name), { recursive: true, mode: 0o700 });
    return openDirectory(volume.at(name), constants.O_NOFOLLOW);
  }
}

/** Files of tests that were killed in the middle. */
async function removeLeftovers(own: Directory): Promise<void> {
  for (const name of await readdir(own.at())) {
    if (!name.startsWith(PREFIX)) continue;
    const { mtimeMs } = await lstat(own.at(name));
    if (Date.now() - mtimeMs > LEFTOVER_MS) await unlink(own.at(name));
  }
}

async function writeAndReadBack(file: string, begin: (step: MountStep) => void): Promise<'written' | 'differs'> {
  const content = randomBytes(BYTES);
  begin('create');
  const handle = await open(file, CREATE_FLAGS, 0o600);
  let isSame: boolean;
  try {
    try {
      begin('write');
      await handle.write(content);
      begin('fsync');
      await handle.sync();
    } finally {
      await handle.close();
    }
    begin('read');
    isSame = content.equals(await readBack(file));
  } catch (error) {
    await unlink(file).catch(() => {});
    throw error;
  }
  begin('unlink');
  await unlink(file);
  return isSame ? 'written' : 'differs';
}

/** Past the page cache where the file system can do that. */
async function readBack(file: string): Promise<Buffer> {
  try {
    await using direct = await open(file, constants.O_RDONLY | constants.O_DIRECT);
    return await readFrom(direct);
  } catch (error) {
    if (systemError(error).errno !== EINVAL) throw error;
    await using cached = await open(file, constants.O_RDONLY);
    return await readFrom(cached);
  }
}

async function readFrom(handle: FileHandle): Promise<Buffer> {
  // A direct read needs memory that begins on a page, as that of WebAssembly does.
  const page = Buffer.from(new WebAssembly.Memory({ initial: 1 }).buffer, 0, BYTES);
  const { bytesRead } = await handle.read(page, 0, BYTES, 0);
  return page.subarray(0, bytesRead);
}
