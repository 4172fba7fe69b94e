import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, opendir, unlink } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { readCapacity } from '../capacity.ts';
import type { MountStep, WriteEvidence, WriteQuestion } from '../mount-question.ts';
import { CREATE_NEW, type Directory, isOn, openDirectory, READ_SAFELY, spaceOf } from './directory.ts';
import { inSteps } from './steps.ts';
import { systemError } from './system-error.ts';

const BYTES = 4_096;
/** Less than this is left for those whose space it is. */
const MIN_AVAILABLE_BYTES = 1_048_576n;
const LEFTOVER_MS = 3_600_000;
const PREFIX = 'write-test-';
/** Whoever may fill the directory must not fill our memory, too. */
const MAX_LOOKED_AT = 1_000;
/** Where nothing can ever be removed, not every test is to leave a file behind. */
const MAX_LEFTOVERS = 100;
const { ENOENT, EEXIST, EINVAL } = os.errno;

/**
 * Creates a file, writes it through to the storage, reads it back past the page cache and removes it again: only this
 * sees dead object stores, full pools and lost write rights. In a directory of its own, which is made once: a call of
 * somebody else's that hangs locks the directory that it is in, and would hold up ours.
 */
export async function testWrite(
  { path, mountId, directory: name }: WriteQuestion,
  onStep: (step: MountStep) => void,
): Promise<WriteEvidence> {
  return inSteps<WriteEvidence>(onStep, async (begin) => {
    begin('open');
    await using volume = await openDirectory(path);
    if (!isOn(volume, mountId)) return { outcome: 'moved' };
    begin('statfs');
    const capacity = readCapacity(await spaceOf(volume));
    if (capacity !== null && capacity.availableBytes < MIN_AVAILABLE_BYTES) return { outcome: 'full' };
    begin('mkdir');
    await using own = await openOwn(volume, name);
    if (!isOn(own, volume.place.mountId ?? null)) return { outcome: 'moved' };
    begin('list');
    if ((await removeLeftovers(own)) > MAX_LEFTOVERS) return { outcome: 'littered' };
    const file = own.at(PREFIX + randomBytes(8).toString('hex'));
    return { outcome: await writeAndReadBack(file, begin, onStep) };
  });
}

async function openOwn(volume: Directory, name: string): Promise<Directory> {
  try {
    return await openDirectory(volume.at(name), constants.O_NOFOLLOW);
  } catch (error) {
    if (systemError(error).errno !== ENOENT) throw error;
  }
  // Not recursively: Node would make another errno of what is answered, and try for ever where that is ENOENT.
  await mkdir(volume.at(name), { mode: 0o700 }).catch((error: unknown) => {
    if (systemError(error).errno !== EEXIST) throw error;
  });
  return openDirectory(volume.at(name), constants.O_NOFOLLOW);
}

/** Removes files of tests that were killed in the middle, and says how many there still are. */
async function removeLeftovers(own: Directory): Promise<number> {
  let [lookedAt, left] = [0, 0];
  for await (const { name } of await opendir(own.at())) {
    if (name.startsWith(PREFIX) && !(await isRemoved(own.at(name)))) left += 1;
    lookedAt += 1;
    if (lookedAt === MAX_LOOKED_AT) break;
  }
  return left;
}

/** What is gone meanwhile, is of a test under way, or cannot be removed is let be. */
async function isRemoved(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await lstat(file);
    if (Date.now() - mtimeMs <= LEFTOVER_MS) return false;
    await unlink(file);
    return true;
  } catch {
    return false;
  }
}

async function writeAndReadBack(
  file: string,
  begin: (step: MountStep) => void,
  onStep: (step: MountStep) => void,
): Promise<'written' | 'differs'> {
  const content = randomBytes(BYTES);
  begin('create');
  const handle = await open(file, CREATE_NEW, 0o600);
  let isSame: boolean;
  try {
    await writeThrough(handle, content, begin);
    begin('read');
    isSame = content.equals(await readBack(file));
  } catch (error) {
    // Where it hangs is told; the step that failed stays the one before.
    onStep('unlink');
    await unlink(file).catch(() => {});
    throw error;
  }
  begin('unlink');
  await unlink(file);
  return isSame ? 'written' : 'differs';
}

async function writeThrough(created: FileHandle, content: Buffer, begin: (step: MountStep) => void): Promise<void> {
  await using handle = created;
  begin('write');
  await handle.writeFile(content);
  begin('fsync');
  await handle.sync();
}

/** Past the page cache where the file system can do that. */
async function readBack(file: string): Promise<Buffer> {
  try {
    await using direct = await open(file, READ_SAFELY | constants.O_DIRECT);
    return await readFrom(direct);
  } catch (error) {
    if (systemError(error).errno !== EINVAL) throw error;
    await using cached = await open(file, READ_SAFELY);
    return await readFrom(cached);
  }
}

async function readFrom(handle: FileHandle): Promise<Buffer> {
  // A direct read needs memory that begins on a page, as that of WebAssembly does.
  const page = Buffer.from(new WebAssembly.Memory({ initial: 1 }).buffer, 0, BYTES);
  const { bytesRead } = await handle.read(page, 0, BYTES, 0);
  return page.subarray(0, bytesRead);
}
