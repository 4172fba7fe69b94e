import type { Clock } from '../probe/clock.ts';

/** Has a proxy asked whenever something about it is in doubt: soon, but not without end. */
export interface Doubts {
  /** Something is missing or broken that asking would tell. */
  readonly raise: () => void;
  /** It is being asked, for whatever reason: what was in doubt until now need not have it asked again. */
  readonly settle: () => void;
  /** From then on nothing is in doubt. */
  readonly stop: () => void;
}

export interface DoubtsOptions {
  readonly clock: Pick<Clock, 'after'>;
  readonly ask: () => void;
  /** How long a doubt waits before it is asked. */
  readonly afterMs: () => number;
}

/** However much nonsense a proxy sends, it is asked no oftener than this. */
const REST_MS = 1_000;

export function createDoubts({ clock, ask, afterMs }: DoubtsOptions): Doubts {
  let cancelAsk: (() => void) | null = null;
  let cancelRest: (() => void) | null = null;
  /** Something came to be in doubt too soon after something else. */
  let isRaised = false;
  let isStopped = false;

  return {
    raise,
    settle() {
      isRaised = false;
    },
    stop() {
      isStopped = true;
      cancelAsk?.();
      cancelRest?.();
    },
  };

  function raise(): void {
    if (isStopped) return;
    isRaised = cancelRest !== null;
    if (isRaised) return;
    const waitMs = afterMs();
    cancelRest = clock.after(waitMs + REST_MS, () => {
      cancelRest = null;
      if (isRaised) raise();
    });
    if (waitMs === 0) ask();
    else cancelAsk = clock.after(waitMs, ask);
  }
}
