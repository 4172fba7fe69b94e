import type { Clock } from './clock.ts';

/** A position in a feed: within an epoch, `seq` counts the changes. */
export interface FeedPosition {
  readonly epoch: string;
  readonly seq: number;
}

export type FeedMessage<S, C> =
  | { readonly type: 'snapshot'; readonly position: FeedPosition; readonly snapshot: S }
  /** `after` is the `seq` of what this reader was given before: whoever has not got that far has missed something. */
  | {
      readonly type: 'change';
      readonly position: FeedPosition;
      readonly after: number;
      readonly key: string;
      readonly change: C;
    }
  | { readonly type: 'idle'; readonly position: FeedPosition };

export interface WatchOptions {
  /** What the reader has already; without it, or where it lies too far back, it begins with a snapshot. */
  readonly since?: FeedPosition | null;
  /** Only changes of these keys; a snapshot is whole all the same. */
  readonly keys?: readonly string[] | null;
  /** Says `idle` whenever it has had nothing else to say for so long; a function is asked each time it begins to wait. */
  readonly idleMs?: number | (() => number);
  readonly signal: AbortSignal;
}

export interface Feed<S, C> {
  readonly position: () => FeedPosition;
  /** How many read now. */
  readonly readers: () => number;
  /** Takes the next `seq` for a change of `key`, and tells every reader. */
  readonly publish: (key: string, change: C) => void;
  /**
   * Takes the next `seq` for something that is no change of a key, such as that there is one no longer: whoever has less
   * is given a snapshot.
   */
  readonly renew: () => void;
  /**
   * What was missed since, or a snapshot where that is no longer known; then every change, until `signal` aborts. A
   * reader that is slow gets of each key the latest change only, and one that falls behind all that is remembered gets
   * a snapshot again: waiting costs no memory, however long it waits.
   */
  readonly watch: (options: WatchOptions) => AsyncGenerator<FeedMessage<S, C>, void, undefined>;
}

export interface FeedOptions<S> {
  /** Differs at each start of the process. */
  readonly epoch: string;
  /** The whole state, as it is when it is called. */
  readonly snapshot: () => S;
  readonly clock: Pick<Clock, 'after'>;
  /** How many changes are remembered for readers that come back. */
  readonly remembered?: number;
}

interface Entry<C> {
  readonly seq: number;
  readonly key: string;
  readonly change: C;
}

const REMEMBERED = 10_000;

/** One sequence of changes for any number of readers, each with no more than a position of its own in it. */
export function createFeed<S, C>(options: FeedOptions<S>): Feed<S, C> {
  const { epoch, snapshot, clock, remembered = REMEMBERED } = options;
  const ring: Entry<C>[] = [];
  /** The latest change of each key that the ring still holds one of. */
  const latest = new Map<string, number>();
  /** Who waits for a change of a key, or of any. */
  const waiting = new Map<string | null, Set<() => void>>();
  let readers = 0;
  let seq = 0;
  /** What lies before is told by a snapshot alone. */
  let renewed = 0;

  return {
    position: () => ({ epoch, seq }),
    readers: () => readers,
    publish(key, change) {
      seq += 1;
      const forgotten = entryAt(seq - remembered);
      if (forgotten !== undefined && latest.get(forgotten.key) === forgotten.seq) latest.delete(forgotten.key);
      ring[seq % remembered] = { seq, key, change };
      latest.set(key, seq);
      for (const wakes of [waiting.get(null), waiting.get(key)]) for (const wake of wakes ?? []) wake();
    },
    renew() {
      seq += 1;
      renewed = seq;
      ring.length = 0;
      latest.clear();
      for (const wakes of waiting.values()) for (const wake of wakes) wake();
    },
    watch,
  };

  async function* watch(watching: WatchOptions): AsyncGenerator<FeedMessage<S, C>, void, undefined> {
    const { since = null, keys = null, signal } = watching;
    let at = since?.epoch === epoch && since.seq <= seq ? since.seq : null;
    readers += 1;
    try {
      while (!signal.aborted) {
        if (at === null || at < Math.max(renewed, seq - remembered)) {
          at = seq;
          yield { type: 'snapshot', position: { epoch, seq: at }, snapshot: snapshot() };
          continue;
        }
        const entry = keys === null ? nextEntry(at) : nextOf(keys, at);
        if (entry !== null) {
          const after = at;
          at = entry.seq;
          yield { type: 'change', position: { epoch, seq: at }, after, key: entry.key, change: entry.change };
          continue;
        }
        const { isIdle, seen } = await news(watching);
        at = seen;
        if (isIdle) yield { type: 'idle', position: { epoch, seq: at } };
      }
    } finally {
      readers -= 1;
    }
  }

  function forget(key: string | null, wake: () => void): void {
    const wakes = waiting.get(key);
    wakes?.delete(wake);
    if (wakes?.size === 0) waiting.delete(key);
  }

  function entryAt(wanted: number): Entry<C> | undefined {
    return wanted < 1 ? undefined : ring[wanted % remembered];
  }

  /** The first change after a position that no later one of its key has overtaken. */
  function nextEntry(position: number): Entry<C> | null {
    for (let next = position + 1; next <= seq; next += 1) {
      const entry = entryAt(next)!;
      if (latest.get(entry.key) === next) return entry;
    }
    return null;
  }

  function nextOf(keys: readonly string[], position: number): Entry<C> | null {
    const next = Math.min(...keys.map((key) => latest.get(key) ?? 0).filter((last) => last > position));
    return next === Infinity ? null : entryAt(next)!;
  }

  /** Waits for the next change, or for `idleMs`, and says up to where there was none until then. */
  function news(wanted: Pick<WatchOptions, 'keys' | 'idleMs' | 'signal'>): Promise<{ isIdle: boolean; seen: number }> {
    const { keys, idleMs, signal } = wanted;
    const waitsFor = keys ?? [null];
    return new Promise((resolve) => {
      const end = (isIdle: boolean, seen: number) => {
        cancel?.();
        for (const key of waitsFor) forget(key, wake);
        signal.removeEventListener('abort', wake);
        resolve({ isIdle, seen });
      };
      const wake = () => {
        end(false, seq - 1);
      };
      const waitMs = typeof idleMs === 'function' ? idleMs() : idleMs;
      const cancel = waitMs == null ? null : clock.after(waitMs, () => end(true, seq));
      for (const key of waitsFor) waiting.set(key, (waiting.get(key) ?? new Set()).add(wake));
      signal.addEventListener('abort', wake);
    });
  }
}

/** A position as readers keep it, and give it back to go on from there. */
export function formatPosition({ epoch, seq }: FeedPosition): string {
  return `${epoch}:${seq}`;
}

/** Reads a position; null where the text is none. */
export function parsePosition(text: string): FeedPosition | null {
  const colon = text.lastIndexOf(':');
  const digits = text.slice(colon + 1);
  if (colon < 1 || !/^\d{1,15}$/.test(digits)) return null;
  return { epoch: text.slice(0, colon), seq: Number(digits) };
}
