import { serialIn } from './changes.ts';
import { subscribe, type Subscriber } from './graphql-subscriber.ts';

export interface ClientOptions {
  /** Of the manager. */
  readonly url: string;
  /** What it selects of a volume beside its `statusInfo`. */
  readonly selection: string;
  /** Hears of every change with its serial. */
  readonly onChange: (serial: number, atMs: number) => void;
}

/** A subscriber to all volumes, that remembers what it was told, and can go on from there on another connection. */
export interface SubscribedClient {
  /** Begins, or goes on after a cut; resolves once it has been told all that was to be told. */
  readonly connect: () => Promise<void>;
  readonly stream: () => Subscriber;
  readonly isOpen: () => boolean;
  /** How many times it was given everything anew. */
  readonly snapshots: () => number;
  /** The serial of the latest change of each host that it was told of. */
  readonly seen: ReadonlyMap<string, number>;
}

interface Event {
  readonly volumeHealthChanged: {
    readonly id: string | null;
    readonly type: 'SNAPSHOT' | 'CHANGE';
    readonly remaining: number | null;
    readonly host: string;
    readonly current: { readonly statusInfo: string | null } | null;
  };
}

export function createSubscribedClient({ url, selection, onChange }: ClientOptions): SubscribedClient {
  const query = `subscription ($since: String) {
    volumeHealthChanged(since: $since) { id type remaining host current { statusInfo ${selection} } }
  }`;
  const seen = new Map<string, number>();
  let stream: Subscriber | null = null;
  let isOpen = false;
  let snapshots = 0;
  let since: string | null = null;

  return {
    async connect() {
      const { promise: first, resolve } = Promise.withResolvers<void>();
      const isResumed = since !== null;
      stream = await subscribe<Event>({
        url,
        query,
        variables: { since },
        onNext({ volumeHealthChanged: { id, type, remaining, host, current } }, atMs) {
          const serial = serialIn(current?.statusInfo);
          seen.set(host, Math.max(serial, seen.get(host) ?? 0));
          if (id !== null) since = id;
          if (remaining === 0) {
            snapshots += 1;
            resolve();
          }
          if (type === 'CHANGE') onChange(serial, atMs);
        },
        onEnd() {
          isOpen = false;
        },
      });
      isOpen = true;
      if (!isResumed) await first;
    },
    stream: () => stream!,
    isOpen: () => isOpen,
    snapshots: () => snapshots,
    seen,
  };
}
