/**
 * Gives the one thing of a key to all who ask for it, made by the first. `stopping` is aborted when the last of them has
 * left.
 */
export type Share = <T extends object>(key: string, create: (stopping: AbortSignal) => T) => T;

/** One who shares: a volume, while it is configured so. */
export interface Sharer {
  readonly share: Share;
  /** Wants nothing of it any more. */
  readonly leave: () => void;
}

/** What the volumes of a proxy have in common. */
export interface Sharing {
  readonly join: () => Sharer;
}

interface Shared {
  readonly thing: object;
  readonly life: AbortController;
  /** How many share it. */
  sharers: number;
}

export function createSharing(): Sharing {
  const things = new Map<string, Shared>();
  return { join };

  function join(): Sharer {
    const held = new Map<string, Shared>();
    return {
      share<T extends object>(key: string, create: (stopping: AbortSignal) => T): T {
        const shared = things.get(key) ?? made(create);
        things.set(key, shared);
        if (!held.has(key)) shared.sharers += 1;
        held.set(key, shared);
        return shared.thing as T;
      },
      leave() {
        for (const [key, shared] of held) {
          shared.sharers -= 1;
          if (shared.sharers > 0) continue;
          things.delete(key);
          shared.life.abort(new Error('nobody needs it any more'));
        }
        held.clear();
      },
    };
  }
}

function made(create: (stopping: AbortSignal) => object): Shared {
  const life = new AbortController();
  return { thing: create(life.signal), life, sharers: 0 };
}
