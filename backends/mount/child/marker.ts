import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { constants as os } from 'node:os';
import {
  MARKER_NAME,
  type MarkEvidence,
  type MarkerEvidence,
  type MarkerFile,
  type MarkerQuestion,
  type MarkQuestion,
  type MountStep,
} from '../mount-question.ts';
import { CREATE_NEW, type Directory, isOn, openDirectory, READ_SAFELY } from './directory.ts';
import { inSteps } from './steps.ts';
import { systemError } from './system-error.ts';

const MAX_BYTES = 256;
const { ENOENT, ENXIO, EAGAIN, EACCES, EEXIST, ELOOP } = os.errno;
/** What a writer leaves that was killed between making the file and writing it. */
const EMPTY = 'it is empty';

/** What the marker file of a volume says. */
export async function lookForMarker(
  { path, mountId }: MarkerQuestion,
  onStep: (step: MountStep) => void,
): Promise<MarkerEvidence> {
  return inSteps<MarkerEvidence>(onStep, async (begin) => {
    begin('marker');
    await using directory = await openDirectory(path);
    if (!isOn(directory, mountId)) return { outcome: 'moved' };
    return { outcome: 'read', marker: await readMarker(directory) };
  });
}

/** Puts a marker file where there is none, or an empty one. One that could not be written is taken away again. */
export async function putMarker(
  { path, mountId, text }: MarkQuestion,
  onStep: (step: MountStep) => void,
): Promise<MarkEvidence> {
  return inSteps<MarkEvidence>(onStep, async (begin) => {
    begin('open');
    await using directory = await openDirectory(path);
    if (!isOn(directory, mountId)) return { outcome: 'moved' };
    begin('marker');
    const found = await readMarker(directory);
    const isEmpty = 'unreadable' in found && found.unreadable === EMPTY;
    if (!isEmpty && !('absent' in found)) return { outcome: 'taken', found };
    begin('create');
    const flags = isEmpty ? constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK : CREATE_NEW;
    const file = await open(directory.at(MARKER_NAME), flags, 0o644).catch((error: unknown) => {
      if (systemError(error).errno === EEXIST) return null;
      throw error;
    });
    // Somebody else was faster; what they wrote is found at the next look.
    if (file === null) return { outcome: 'taken', found: { unreadable: 'it has just been written' } };
    await using created = file;
    try {
      // Whoever is to read it need not be who wrote it. Some file systems know no permissions.
      await created.chmod(0o644).catch(() => {});
      begin('write');
      await created.writeFile(`${text}\n`);
      begin('fsync');
      await created.sync();
    } catch (error) {
      // Where it hangs is told; the step that failed stays the one before.
      onStep('unlink');
      await unlink(directory.at(MARKER_NAME)).catch(() => {});
      throw error;
    }
    return { outcome: 'marked' };
  });
}

/** That it is not there, or no file, is an answer; throws what the volume fails with. */
async function readMarker(directory: Directory): Promise<MarkerFile> {
  try {
    await using file = await open(directory.at(MARKER_NAME), READ_SAFELY);
    if (!(await file.stat()).isFile()) return { unreadable: 'it is no regular file' };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    const text = buffer.toString('utf8', 0, bytesRead).trim();
    return text === '' ? { unreadable: EMPTY } : { text };
  } catch (error) {
    const { errno } = systemError(error);
    if (errno === ENOENT) return { absent: true };
    if (errno === EACCES) return { unreadable: 'the right to read it is missing', lacksRight: true };
    if (errno === EAGAIN) return { unreadable: 'somebody holds a lease on it' };
    if (errno === ELOOP || errno === ENXIO) return { unreadable: 'it is no regular file' };
    throw error;
  }
}
