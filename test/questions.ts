import type { MountAsker } from '../backends/mount/mount-asker.ts';
import type { LookQuestion, MarkerQuestion, MountEvidence, MountStep } from '../backends/mount/mount-question.ts';

/** The question of a mount check that wants nothing particular. */
export const look = (path: string): LookQuestion => ({ act: 'look', path, xattr: null });

/** The question that follows it. */
export const readMarker = (path: string): MarkerQuestion => ({ act: 'marker', path, mountId: null });

/** An asker that answers looks so, and finds no marker. */
export function answering(
  answer: (path: string, onStep?: (step: MountStep) => void) => Promise<MountEvidence>,
): MountAsker {
  return ((question, onStep) =>
    question.act === 'look'
      ? answer(question.path, onStep)
      : Promise.resolve({ outcome: 'read', marker: { absent: true } })) as MountAsker;
}
