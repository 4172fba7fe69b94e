/** A position in a feed: within an epoch, `seq` counts the changes. */
export interface FeedPosition {
  readonly epoch: string;
  readonly seq: number;
}

export type FeedMessage<S, C> =
  | { readonly type: 'snapshot'; readonly position: FeedPosition; readonly snapshot: S }
  | { readonly type: 'change'; readonly position: FeedPosition; readonly change: C };

export interface Feed<S, C> {
  readonly position: () => FeedPosition;
  /** How many read now. */
  readonly readers: () => number;
  /** Takes the next `seq` for a change of `key`, and tells every reader. */
  readonly publish: (key: string, change: C) => void;
  /**
   * A snapshot, then every change, until `signal` aborts. What a slow reader has not taken yet holds one change a key,
   * the latest: a reader costs at most as much as the state itself.
   */
  readonly watch: (signal: AbortSignal) => AsyncGenerator<FeedMessage<S, C>, void, undefined>;
}

interface Reader<C> {
  readonly waiting: Map<string, { readonly seq: number; readonly change: C }>;
  wake: () => void;
}

export function createFeed<S, C>({ epoch, snapshot }: { epoch: string; snapshot: () => S }): Feed<S, C> {
  const readers = new Set<Reader<C>>();
  let seq = 0;

  return {
    position: () => ({ epoch, seq }),
    readers: () => readers.size,
    publish(key, change) {
      seq += 1;
      for (const reader of readers) {
        reader.waiting.delete(key);
        reader.waiting.set(key, { seq, change });
        reader.wake();
      }
    },
    watch,
  };

  async function* watch(signal: AbortSignal): AsyncGenerator<FeedMessage<S, C>, void, undefined> {
    const reader: Reader<C> = { waiting: new Map(), wake: () => {} };
    const aborted = () => {
      reader.wake();
    };
    readers.add(reader);
    signal.addEventListener('abort', aborted);
    try {
      yield { type: 'snapshot', position: { epoch, seq }, snapshot: snapshot() };
      while (!signal.aborted) {
        const [first] = reader.waiting;
        if (first === undefined) {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
          continue;
        }
        const [key, { seq: at, change }] = first;
        reader.waiting.delete(key);
        yield { type: 'change', position: { epoch, seq: at }, change };
      }
    } finally {
      readers.delete(reader);
      signal.removeEventListener('abort', aborted);
    }
  }
}
