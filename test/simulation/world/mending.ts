import type { Kernel } from './kernel.ts';
import type { Stage } from './stage.ts';
import type { Troubles } from './troubles.ts';

/** Ends each trouble in its time. */
export interface Mending extends Pick<Stage, 'trouble'> {
  /** Ends all of them now. */
  readonly mendAll: () => void;
}

export function createMending(kernel: Kernel, troubles: Troubles): Mending {
  const going = new Set<() => void>();
  return {
    trouble(subjects, ms, end) {
      const over = troubles.begin(...subjects);
      const mend = (): void => {
        cancel();
        going.delete(mend);
        end();
        over();
      };
      const cancel = kernel.after(ms, null, mend);
      going.add(mend);
    },
    mendAll() {
      for (const mend of going) mend();
    },
  };
}
