import type { MountAnswer, MountQuestion, MountStep } from './mount-question.ts';

/** One question about a path, for whose answer several may wait. */
export interface MountCall extends PromiseWithResolvers<MountAnswer> {
  /** The same for the same question. */
  readonly key: string;
  readonly question: MountQuestion;
  /** Hears of the step that the call is at, and of every further one. */
  readonly follow: (listener: (step: MountStep) => void) => void;
  readonly reach: (step: MountStep) => void;
}

export function createMountCall(question: MountQuestion): MountCall {
  const listeners: ((step: MountStep) => void)[] = [];
  let reached: MountStep | null = null;
  return {
    key: keyOf(question),
    question,
    ...Promise.withResolvers<MountAnswer>(),
    follow(listener) {
      listeners.push(listener);
      if (reached !== null) listener(reached);
    },
    reach(step) {
      reached = step;
      for (const listener of listeners) listener(step);
    },
  };
}

export const keyOf = (question: MountQuestion): string => JSON.stringify(question);

/** The path that the question of a key is about. */
export const pathIn = (key: string): string => (JSON.parse(key) as MountQuestion).path;
