import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LookQuestion, MountEvidence, MountStep } from '../mount-question.ts';
import { mountOf, openDirectory, spaceOf, systemError } from './directory.ts';
import { readXattr } from './xattr.ts';

const PARENT_MS = 100;

/** What is to be seen at a path. The first step that fails is the last. */
export async function lookAt({ path, xattr }: LookQuestion, onStep: (step: MountStep) => void): Promise<MountEvidence> {
  const evidence: { -readonly [K in keyof MountEvidence]: MountEvidence[K] } = {};
  let step: MountStep = 'identity';
  const begin = (next: MountStep) => {
    step = next;
    onStep(step);
  };
  try {
    if (process.platform === 'linux') {
      begin('identity');
      Object.assign(evidence, await mountOf(path));
    }
    begin('stat');
    const stats = await stat(path, { bigint: true });
    const { dev, ino, mode, nlink, birthtimeNs, ctimeNs } = stats;
    // Where there is no time of birth, that of the last change may stand in its place.
    const bornNs = birthtimeNs === ctimeNs ? 0n : birthtimeNs;
    evidence.stat = { dev, ino, mode: Number(mode), nlink, isDirectory: stats.isDirectory(), bornNs };
    begin('open');
    // May bring up an automount: the mount that counts is the one that was opened.
    await using directory = await openDirectory(path);
    const { mountId } = directory;
    Object.assign(evidence, mountId === undefined ? {} : { mountId }, { opened: true });
    begin('statfs');
    evidence.statfs = await spaceOf(directory);
    if (xattr !== null) {
      begin('xattr');
      evidence.xattr = await readXattr(path, xattr);
    }
  } catch (error) {
    evidence.failure = { step, ...systemError(error) };
  }
  return evidence.mountId === undefined ? evidence : { ...evidence, ...(await parentMountOf(path)) };
}

let isAskingParent = false;

/** Comes last, has a limit, and is never made twice at once: a parent that hangs must not hide what the path answered. */
async function parentMountOf(path: string): Promise<{ parentMountId?: number }> {
  if (isAskingParent) return {};
  isAskingParent = true;
  const asked = mountOf(dirname(path))
    .catch(() => ({ mountId: undefined }))
    .finally(() => {
      isAskingParent = false;
    });
  const { mountId } = await Promise.race([asked, delay(PARENT_MS, { mountId: undefined })]);
  return mountId === undefined ? {} : { parentMountId: mountId };
}
