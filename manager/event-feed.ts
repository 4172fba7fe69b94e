import type { Clock } from '../probe/clock.ts';
import { createFeed, formatPosition, parsePosition, type WatchOptions } from '../probe/feed.ts';
import type { ManagerWatchOptions } from '../router/manager.ts';
import type { ManagerEvent } from '../schema/manager-event.ts';
import { formatVolumeHost, type VolumeHost } from '../schema/volume-host.ts';
import type { Snapshot } from './snapshot.ts';

type WithoutId<Event> = Event extends unknown ? Omit<Event, 'id'> : never;

/** What moved, as it is told to subscribers; `id` comes with its place in the feed. */
export type ManagerChange = WithoutId<Exclude<ManagerEvent, { type: 'snapshot' }>>;

export interface EventFeed {
  readonly publish: (change: ManagerChange) => void;
  /** How many listen now. */
  readonly readers: () => number;
  /**
   * The snapshot, in messages of at most 500 volumes, unless it can go on after `lastEventId`; then every change. Of one
   * host alone, if given: of a volume that is not known there is an empty snapshot. Ends with `signal`, and that of one
   * host when its proxy is no longer configured.
   */
  readonly watch: (options: ManagerWatchOptions) => AsyncGenerator<ManagerEvent, void, undefined>;
}

const VOLUMES_A_MESSAGE = 500;

/** No proxy has this name. */
const OBSERVER = '';

/** The manager's changes, for any number of subscribers. */
export function createEventFeed({
  epoch,
  snapshot,
  clock,
}: {
  epoch: string;
  snapshot: () => Snapshot;
  clock: Clock;
}): EventFeed {
  const feed = createFeed<Snapshot, Exclude<ManagerEvent, { type: 'snapshot' }>>({ epoch, snapshot, clock });
  return {
    publish(change) {
      // Made once: who does something with it for many subscribers knows it again.
      const id = formatPosition({ epoch, seq: feed.position().seq + 1 });
      feed.publish(keyOf(change), { ...change, id });
    },
    readers: feed.readers,
    watch: ({ host, lastEventId, signal }) => {
      const since = lastEventId === null ? null : parsePosition(lastEventId);
      return host === null ? watchAll({ since, signal }) : watchOne(host, { since, signal });
    },
  };

  async function* watchAll(
    from: Pick<WatchOptions, 'since' | 'signal'>,
  ): AsyncGenerator<ManagerEvent, void, undefined> {
    for await (const message of feed.watch(from)) {
      if (message.type === 'change') yield message.change;
      else if (message.type === 'snapshot') {
        yield* snapshotEvents(message.snapshot, formatPosition(message.position), null);
      }
    }
  }

  /**
   * Of a volume that its proxy has never reported there are no changes: whether it may be there is for the proxy to say,
   * and so what becomes of the proxy is told as a change of the volume.
   */
  async function* watchOne(
    host: VolumeHost,
    { since = null, signal }: Pick<WatchOptions, 'since' | 'signal'>,
  ): AsyncGenerator<ManagerEvent, void, undefined> {
    const text = formatVolumeHost(host);
    let told = snapshot().volume(host);
    // What was told of an unreported one is not known any more.
    const from = isReported(host) ? since : null;
    for await (const message of feed.watch({ since: from, keys: [text, host.proxy, OBSERVER], signal })) {
      if (message.type === 'snapshot') {
        told = message.snapshot.volume(host);
        yield* snapshotEvents(message.snapshot, formatPosition(message.position), host);
      } else if (message.type === 'change') {
        const { change } = message;
        const previous = told;
        told = change.type === 'volume' ? change.current : isReported(host) ? told : snapshot().volume(host);
        if (change.type === 'volume') yield change;
        else if (told?.reason !== previous?.reason) {
          yield { type: 'volume', id: change.id, host: text, previous, current: told, transition: null };
        }
        if (change.type === 'proxy' && change.current === null) return;
      }
    }
  }

  function isReported({ proxy, volume }: VolumeHost): boolean {
    return snapshot()
      .volumesOf(proxy)
      .some(({ volume_id }) => volume_id === volume);
  }
}

/** Volume hosts have a colon; what is no volume has a key without one. */
function keyOf(change: ManagerChange): string {
  if (change.type === 'volume') return change.host;
  return change.type === 'proxy' ? change.proxy_name : OBSERVER;
}

function* snapshotEvents(snapshot: Snapshot, id: string, host: VolumeHost | null): Generator<ManagerEvent> {
  const volumes = host === null ? snapshot.volumes : [snapshot.volume(host) ?? []].flat();
  for (let start = 0; start === 0 || start < volumes.length; start += VOLUMES_A_MESSAGE) {
    const end = Math.min(volumes.length, start + VOLUMES_A_MESSAGE);
    yield {
      type: 'snapshot',
      // Whoever is cut in the middle has not got all, and must not go on from here.
      id: end === volumes.length ? id : null,
      proxies: start === 0 && host === null ? [...snapshot.proxies] : [],
      volumes: volumes.slice(start, end),
      remaining: volumes.length - end,
    };
  }
}
