import type { Clock } from '../../probe/clock.ts';
import type { KeyStore, Pairs } from './key-store.ts';
import { createNextRead } from './next-read.ts';

export interface FollowOptions {
  /** Connects to one of the store's `members`, counted from 0. */
  readonly open: (member: number) => Promise<KeyStore>;
  readonly members: number;
  readonly clock: Clock;
  /** Hears of all keys: first, after changes, and every minute. */
  readonly onPairs: (pairs: Pairs) => void;
  /** Hears, each time again, that no member can be asked, and why the last one could not. */
  readonly onAway: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Follows the keys of a store over cuts, restarts and members that are away, until it is stopped. A watch only says that
 * there is something to read, so that it does not matter what it misses, or in which way it ends.
 */
export function followKeys({ open, members, clock, onPairs, onAway }: FollowOptions): () => void {
  const life = new AbortController();
  const { signal: over } = life;
  let failures = 0;
  /** Ends what is out. */
  let end: (() => void) | null = null;
  void follow();
  return () => {
    life.abort();
    end?.();
  };

  async function follow(): Promise<void> {
    for (let turn = 0; !over.aborted; turn += 1) {
      const error = await untilLost(turn % members);
      if (over.aborted) return;
      if (failures > 0 && failures % members === 0) onAway(error);
      const rounds = Math.floor(Math.max(0, failures - 1) / members);
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** rounds, MAX_PAUSE_MS));
    }
  }

  /** Follows by one connection, and resolves with why it cannot any more: `failures` counts those that gave nothing. */
  async function untilLost(member: number): Promise<unknown> {
    let store: KeyStore | null = null;
    failures += 1;
    try {
      store = await open(member);
      const { close } = store;
      const next = createNextRead(clock);
      end = () => {
        close();
        next.onBroken(new Error('it was ended'));
      };
      if (over.aborted) return null;
      await store.watch(next);
      for (;;) {
        const pairs = await store.read();
        if (over.aborted) return null;
        failures = 0;
        onPairs(pairs);
        await next.due();
        if (over.aborted) return null;
      }
    } catch (error) {
      return error;
    } finally {
      end?.();
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      end = () => {
        cancel();
        resolve();
      };
    });
  }
}
