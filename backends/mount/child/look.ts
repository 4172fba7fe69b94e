import { stat } from 'node:fs/promises';
import type { LookQuestion, MountEvidence, MountStep } from '../mount-question.ts';
import { openDirectory, placeOf, spaceOf } from './directory.ts';
import { inSteps } from './steps.ts';
import { readXattr } from './xattr.ts';

/** What is to be seen at a path. The first step that fails is the last. */
export async function lookAt({ path, xattr }: LookQuestion, onStep: (step: MountStep) => void): Promise<MountEvidence> {
  const evidence: { -readonly [K in keyof MountEvidence]: MountEvidence[K] } = {};
  const failed = await inSteps(onStep, async (begin) => {
    if (process.platform === 'linux') {
      begin('identity');
      Object.assign(evidence, await placeOf(path));
    }
    begin('stat');
    evidence.stat = await statOf(path);
    begin('open');
    await using directory = await openDirectory(path);
    // Opening may bring up an automount: the mount that counts is the one that was opened.
    Object.assign(evidence, directory.place, { opened: true });
    begin('statfs');
    evidence.statfs = await spaceOf(directory);
    if (xattr !== null) {
      begin('xattr');
      evidence.xattr = await readXattr(path, xattr);
    }
    return null;
  });
  return failed === null ? evidence : { ...evidence, failure: failed.failure };
}

async function statOf(path: string): Promise<NonNullable<MountEvidence['stat']>> {
  const stats = await stat(path, { bigint: true });
  const { dev, ino, mode, nlink, birthtimeNs, ctimeNs } = stats;
  // Where nothing is known of its birth, the time of its last change may be said instead.
  const bornNs = birthtimeNs === ctimeNs ? 0n : birthtimeNs;
  return { dev, ino, mode: Number(mode), nlink, isDirectory: stats.isDirectory(), bornNs };
}
