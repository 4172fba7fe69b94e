import type { Clock } from '../../probe/clock.ts';
import type { KeyHearer } from './key-store.ts';

export interface NextRead extends KeyHearer {
  /** Resolves when it is time to read again, and rejects once no changes are heard any more. */
  readonly due: () => Promise<void>;
}

/** Some keys belong together and are written one by one: they are read once nothing has come for so long… */
const QUIET_MS = 2_000;
/** …or this long after the first. */
const MAX_UNREST_MS = 10_000;
/** They are read all the same, as a watch may be silent because it is dead. */
const READ_EVERY_MS = 60_000;

/** When to read keys of which somebody tells when they change. */
export function createNextRead(clock: Clock): NextRead {
  let heardMs: number | null = null;
  let failure: { readonly error: unknown } | null = null;
  /** Looks again, for whoever waits. */
  let look: (() => void) | null = null;
  return {
    onChange: () => {
      heardMs ??= clock.mono();
      look?.();
    },
    onBroken: (error) => {
      failure ??= { error };
      look?.();
    },
    due: () =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          cancel();
          look = null;
          heardMs = null;
          if (failure === null) resolve();
          else reject(failure.error);
        };
        let cancel = clock.after(READ_EVERY_MS, settle);
        look = () => {
          if (failure !== null) return settle();
          if (heardMs === null) return;
          cancel();
          cancel = clock.after(Math.max(0, Math.min(QUIET_MS, heardMs + MAX_UNREST_MS - clock.mono())), settle);
        };
        look();
      }),
  };
}
