import { type Clock, isoOf, moment } from '../probe/clock.ts';
import type { ObserverHealth } from '../schema/observer-health.ts';
import type { Reason } from '../schema/reason.ts';
import type { ObserverTransition, StorageProxyTransition, VolumeTransition } from '../schema/transition.ts';
import { formatVolumeHost, type VolumeHost } from '../schema/volume-host.ts';
import type { Change, ProxyChange, VolumeChange } from './changes.ts';
import type { EventFeed } from './event-feed.ts';
import { createHistory, type HistoryLimits } from './history.ts';
import { type Occasion, observerTransition, proxyTransition, volumeTransition } from './transition-events.ts';

/** Something happened that is worth a line in a log. */
export type Transition =
  | { readonly of: 'proxy'; readonly event: StorageProxyTransition }
  | { readonly of: 'volume'; readonly event: VolumeTransition }
  | { readonly of: 'observer'; readonly event: ObserverTransition };

export interface AnnouncerOptions {
  /** Of this run of the manager. */
  readonly epoch: string;
  readonly clock: Clock;
  readonly feed: Pick<EventFeed, 'publish'>;
  readonly onTransition: (transition: Transition) => void;
  readonly limits?: HistoryLimits;
}

/** Tells subscribers of every change, and makes an event of every transition, to be kept and logged. */
export interface Announcer {
  /**
   * Changes of one proxy and its volumes, of one instant, the proxy's first: it explains the others. That it is gone is
   * told last, so that who follows one of its volumes has heard of that.
   */
  readonly announce: (proxy: string, changes: readonly Change[], volumes: number) => void;
  readonly announceObserver: (previous: ObserverHealth, current: ObserverHealth) => void;
  readonly volumeHistory: (host: VolumeHost, last: number) => readonly VolumeTransition[];
  readonly proxyHistory: (proxyName: string, last: number) => readonly StorageProxyTransition[];
}

/** No proxy has this name. */
const OBSERVER = '';

/** What only the proxy itself explains. */
const OF_PROXY: ReadonlySet<Reason> = new Set(['PROXY_UNREACHABLE', 'PROXY_NOT_CONFIGURED']);

/** Why nothing can be said of any volume of a proxy. */
const MASKS: ReadonlySet<Reason> = new Set([...OF_PROXY, 'OBSERVER_PAUSED', 'OBSERVER_OVERLOADED']);

const LIMITS: HistoryLimits = { perSubject: 100, total: 100_000 };

export function createAnnouncer({ epoch, clock, feed, onTransition, limits = LIMITS }: AnnouncerOptions): Announcer {
  const history = createHistory<VolumeTransition>(limits);
  const proxyHistory = createHistory<StorageProxyTransition>(limits);
  /** The event by which each proxy last went away or came back, or the manager itself: it explains what volumes do then. */
  const causes = new Map<string, string>();
  let events = 0;

  return {
    announce(proxy, changes, volumes) {
      let tellGone: (() => void) | null = null;
      for (const change of changes) {
        if (change.of === 'volume') {
          announceVolume(proxy, change);
        } else {
          const tell = tellerOf(change, volumes);
          if (change.current === null) tellGone = tell;
          else tell();
        }
      }
      tellGone?.();
    },
    announceObserver(previous, current) {
      const event = previous.status === current.status ? null : observerTransition(previous, current, occasion());
      feed.publish({ type: 'observer', previous, current, transition: event });
      if (event === null) return;
      causes.set(OBSERVER, event.id);
      onTransition({ of: 'observer', event });
    },
    volumeHistory: (host, last) => history.of(formatVolumeHost(host), last),
    proxyHistory: proxyHistory.of,
  };

  /** Takes it for the cause of what the volumes do; what tells of it is for later. */
  function tellerOf({ proxyName, previous, current, isTransition }: ProxyChange, volumes: number): () => void {
    const isTold = previous !== null && isTransition;
    const event = isTold ? proxyTransition({ previous, current }, occasion(), volumes) : null;
    if (event !== null && (current === null || event.data.previous !== event.data.current)) {
      causes.set(proxyName, event.id);
    }
    return () => {
      feed.publish({ type: 'proxy', proxy_name: proxyName, previous, current, transition: event });
      if (event === null) return;
      proxyHistory.add(proxyName, event);
      onTransition({ of: 'proxy', event });
    };
  }

  function announceVolume(proxy: string, { volume, previous, current, transition }: VolumeChange): void {
    const host = formatVolumeHost({ proxy, volume });
    const event = transition && volumeTransition(transition, occasion(), causeOf(proxy, transition));
    feed.publish({ type: 'volume', host, previous, current, transition: event });
    if (event === null) return;
    history.add(host, event);
    onTransition({ of: 'volume', event });
  }

  /** What a volume does because who tells of it went away; and because they came back, if it is as it was. */
  function causeOf(proxy: string, { previous, current }: NonNullable<VolumeChange['transition']>): string | null {
    const isBack = current.status === previous?.last_known_status;
    const masked = [current, isBack ? previous : null].find((volume) => volume !== null && MASKS.has(volume.reason));
    if (masked == null) return null;
    return causes.get(OF_PROXY.has(masked.reason) ? proxy : OBSERVER) ?? null;
  }

  function occasion(): Occasion {
    events += 1;
    return { id: String(events), source: `/volhealth/${epoch}`, time: isoOf(moment(clock)) };
  }
}
