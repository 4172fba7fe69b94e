import type { MountEvidence, MountStep } from './mount-asker.ts';

/** One question about a path, for which several may wait. */
export interface MountCall extends PromiseWithResolvers<MountEvidence> {
  readonly path: string;
  /** Hears of the step that the call is at, and of every further one. */
  readonly follow: (listener: (step: MountStep) => void) => void;
  readonly reach: (step: MountStep) => void;
}

export function createMountCall(path: string): MountCall {
  const listeners: ((step: MountStep) => void)[] = [];
  let reached: MountStep | null = null;
  return {
    path,
    ...Promise.withResolvers<MountEvidence>(),
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
