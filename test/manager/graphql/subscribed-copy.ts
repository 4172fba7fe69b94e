import { type EventReader, readerOf, subscription } from '../event-reader.ts';

const QUERY = `subscription ($host: String, $since: String) {
  volumeHealthChanged(host: $host, since: $since) { id type remaining host current { status reason } }
}`;

interface VolumeEvent {
  readonly id: string | null;
  readonly type: 'SNAPSHOT' | 'CHANGE';
  readonly remaining: number | null;
  readonly host: string;
  readonly current: { readonly status: string; readonly reason: string } | null;
}

/** A client that keeps a copy of the manager's volumes as the descriptions of the published schema tell it to. */
export function createSubscribedCopy(base: string, host: string | null = null) {
  let copy = new Map<string, string>();
  let snapshot: Map<string, string> | null = null;
  let since: string | null = null;
  let reader: EventReader | null = null;
  const ids: string[] = [];

  return {
    /** What it takes the volumes to be. */
    volumes: () => Object.fromEntries(copy),
    /** The ids that it has been given. */
    ids,
    /** Opens the stream, and takes in at most so many events. */
    async listen(events = Infinity): Promise<void> {
      snapshot = null;
      reader = readerOf(await fetch(subscription(QUERY, { host, since }, base)));
      for (let taken = 0; taken < events; taken += 1) {
        const answer = await reader.json().catch(() => null);
        if (answer === null) return;
        take(answer.data.volumeHealthChanged);
      }
    },
    cut: async () => reader?.close(),
  };

  function take({ id, type, remaining, host: of, current }: VolumeEvent): void {
    if (type === 'SNAPSHOT') snapshot ??= new Map();
    const volumes = snapshot ?? copy;
    if (current === null) volumes.delete(of);
    else volumes.set(of, `${current.status} ${current.reason}`);
    if (snapshot !== null && remaining === 0) {
      copy = snapshot;
      snapshot = null;
    }
    if (id === null) return;
    since = id;
    ids.push(id);
  }
}
