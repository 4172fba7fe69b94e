import type { MountAsker } from '../backends/mount/mount-asker.ts';
import type { LookQuestion, MountEvidence, MountStep } from '../backends/mount/mount-question.ts';

/** The question of a mount check that wants nothing particular. */
export const look = (path: string): LookQuestion => ({ act: 'look', path, marker: true, xattr: null });

/** An asker that answers looks so; whatever else it is asked is answered the same way. */
export function answering(
  answer: (path: string, onStep?: (step: MountStep) => void) => Promise<MountEvidence>,
): MountAsker {
  return ((question, onStep) => answer(question.path, onStep)) as MountAsker;
}
