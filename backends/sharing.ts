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
  readonly sharers: Set<Sharer>;
  readonly life: AbortController;
}

export function createSharing(): Sharing {
  const things = new Map<string, Shared>();
  return {
    join() {
      const sharer: Sharer = {
        share<T extends object>(key: string, create: (stopping: AbortSignal) => T): T {
          const shared = things.get(key) ?? made(create);
          things.set(key, shared);
          shared.sharers.add(sharer);
          return shared.thing as T;
        },
        leave() {
          for (const [key, { sharers, life }] of things) {
            if (!sharers.delete(sharer) || sharers.size > 0) continue;
            things.delete(key);
            life.abort(new Error('nobody needs it any more'));
          }
        },
      };
      return sharer;
    },
  };
}

function made(create: (stopping: AbortSignal) => object): Shared {
  const life = new AbortController();
  return { thing: create(life.signal), sharers: new Set(), life };
}
