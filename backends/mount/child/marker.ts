import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import {
  MARKER_NAME,
  type MarkEvidence,
  type MarkerEvidence,
  type MarkerFile,
  type MarkerQuestion,
  type MarkQuestion,
  type MountStep,
} from '../mount-question.ts';
import { type Directory, openDirectory, systemError } from './directory.ts';

const MAX_BYTES = 256;
/** Neither a link that leads elsewhere nor a FIFO that nobody writes to may hold up the look. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const [ENOENT, ENXIO, EAGAIN, EACCES, EEXIST, ELOOP] = [2, 6, 11, 13, 17, 40];

/** What the marker file of a volume says. */
export async function lookForMarker(
  { path, mountId }: MarkerQuestion,
  begin: (step: MountStep) => void,
): Promise<MarkerEvidence> {
  try {
    begin('marker');
    await using directory = await openDirectory(path);
    if (mountId !== null && directory.mountId !== mountId) return { outcome: 'moved' };
    return { outcome: 'read', marker: await readMarker(directory) };
  } catch (error) {
    return { outcome: 'failed', failure: { step: 'marker', ...systemError(error) } };
  }
}

/** Puts a marker file where there is none. One that could not be written whole is taken away again. */
export async function putMarker(
  { path, mountId, text }: MarkQuestion,
  onStep: (step: MountStep) => void,
): Promise<MarkEvidence> {
  let step: MountStep = 'open';
  const begin = (next: MountStep) => {
    step = next;
    onStep(next);
  };
  try {
    begin('open');
    await using directory = await openDirectory(path);
    if (mountId !== null && directory.mountId !== mountId) return { outcome: 'moved' };
    begin('marker');
    const found = await readMarker(directory);
    if (!('absent' in found)) return { outcome: 'taken', found };
    begin('create');
    await using file = await open(directory.at(MARKER_NAME), CREATE_FLAGS, 0o644);
    try {
      begin('write');
      await file.writeFile(`${text}\n`);
      begin('fsync');
      await file.sync();
    } catch (error) {
      // Where it hangs is told; the step that failed stays the one before.
      onStep('unlink');
      await unlink(directory.at(MARKER_NAME)).catch(() => {});
      throw error;
    }
    return { outcome: 'marked' };
  } catch (error) {
    const failed = systemError(error);
    // Somebody else was faster; what they wrote is found at the next look.
    if (failed.errno === EEXIST) return { outcome: 'taken', found: { unreadable: 'it has just been written' } };
    return { outcome: 'failed', failure: { step, ...failed } };
  }
}

/** That it is not there, or no file, is an answer; throws what the volume fails with. */
async function readMarker(directory: Directory): Promise<MarkerFile> {
  try {
    await using file = await open(directory.at(MARKER_NAME), READ_FLAGS);
    if (!(await file.stat()).isFile()) return { unreadable: 'it is no regular file' };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return { text: buffer.toString('utf8', 0, bytesRead).trim() };
  } catch (error) {
    const { errno } = systemError(error);
    if (errno === ENOENT) return { absent: true };
    if (errno === EACCES) return { unreadable: 'the right to read it is missing' };
    if (errno === EAGAIN) return { unreadable: 'somebody holds a lease on it' };
    if (errno === ELOOP || errno === ENXIO) return { unreadable: 'it is no regular file' };
    throw error;
  }
}
