import { type Clock, isoOf, moment } from '../probe/clock.ts';
import type { ManagerContext } from '../router/manager.ts';
import type { ManagerConfig } from '../schema/manager-config.ts';
import type { ObserverHealth } from '../schema/observer-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import { isNoStorage, parseVolumeHost, type VolumeHost } from '../schema/volume-host.ts';
import { createAnnouncer, type Transition } from './announcer.ts';
import type { Change } from './changes.ts';
import { createEffectiveState, type EffectiveState } from './effective-state.ts';
import { createEventFeed } from './event-feed.ts';
import { nextObserver, type Observed } from './observer.ts';
import type { ProxyAccess } from './proxy-link.ts';
import type { Snapshot } from './snapshot.ts';
import { createStorageHealthChecker } from './storage-health-checker.ts';
import { createConfiguredVfolders, type VfolderSource } from './vfolders.ts';

export interface ManagerOptions {
  readonly config: ManagerConfig;
  readonly accessOf: (proxy: string) => ProxyAccess;
  /** Differs at each start. */
  readonly epoch: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** All the processor time that this process has used, in milliseconds. */
  readonly cpuMs?: () => number;
  readonly onTransition?: (transition: Transition) => void;
}

/** A manager without its sockets: it polls its proxies and listens to them, and answers from one snapshot. */
export interface Manager extends Pick<ManagerContext, 'observer' | 'volumeHistory' | 'proxyHistory' | 'watch'> {
  readonly snapshot: () => Snapshot;
  readonly vfolders: VfolderSource;
  /**
   * Has the proxy ask a volume's storage now, and resolves with what is known then: null if the volume is not known.
   * Never rejects: a proxy that does not answer makes its volumes `unknown`.
   */
  readonly checkVolume: (host: VolumeHost) => Promise<VolumeHealth | null>;
  /** Whether every proxy has been asked. */
  readonly isReady: () => boolean;
  /**
   * Ends all polls, checks and streams: what is known stays as it is. Subscribers are not told, so that they come back to
   * the next manager.
   */
  readonly stop: () => void;
}

const DEFAULT_CHECK_TIMEOUT_MS = 15_000;
const MAX_CHECK_TIMEOUT_MS = 60_000;

export function createManager(options: ManagerOptions): Manager {
  const { config, accessOf, epoch, clock, random, cpuMs, onTransition = () => {} } = options;
  const checker = createStorageHealthChecker({
    proxies: config.proxies,
    accessOf,
    clock,
    random,
    ...(cpuMs === undefined ? {} : { cpuMs }),
    onNews(proxy, news) {
      // First, as it explains the rest. A single proxy that nothing disturbs says nothing of the manager itself.
      if (proxy === null || checker.known(proxy).disturbance !== null || observer.status !== 'ok') observe();
      state.refresh(proxy, news);
    },
  });
  const vfolderHosts = config.vfolder.flatMap(({ host }) => (isNoStorage(host) ? [] : (parseVolumeHost(host) ?? [])));
  const state: EffectiveState = createEffectiveState({
    proxies: Object.entries(config.proxies).map(([name, proxy]) => ({
      name,
      intervalMs: proxy.health_check_interval,
      volumes: [...proxy.volumes, ...vfolderHosts.filter((host) => host.proxy === name).map(({ volume }) => volume)],
    })),
    known: checker.known,
    clock,
    onChanges(proxy, changes, volumes) {
      announcer.announce(proxy, changes, volumes);
      if (changes.some(isProxyGone)) observe();
    },
  });
  const feed = createEventFeed({ epoch, snapshot: state.snapshot, clock });
  const announcer = createAnnouncer({ epoch, clock, feed, onTransition });
  const windowMs = Math.max(
    0,
    ...Object.values(config.proxies).map((proxy) => proxy.health_check_interval + proxy.health_check_timeout),
  );
  /** Ends each check that is out. */
  const checks = new Set<() => void>();
  let isOver = false;
  let observer: ObserverHealth = { status: 'ok', since: isoOf(moment(clock)), message: null };

  return {
    snapshot: state.snapshot,
    watch: feed.watch,
    observer: () => observer,
    volumeHistory: announcer.volumeHistory,
    proxyHistory: announcer.proxyHistory,
    vfolders: createConfiguredVfolders(config.vfolder),
    checkVolume,
    isReady: () => state.snapshot().proxies.every(({ last_checked_at }) => last_checked_at !== null),
    stop() {
      state.stop();
      isOver = true;
      for (const end of checks) end();
      checker.stop();
    },
  };

  function observe(): void {
    const previous = observer;
    const proxies = Object.keys(config.proxies).map((name) => observed(name));
    observer = nextObserver(previous, proxies, { windowMs, now: moment(clock) });
    if (observer !== previous) announcer.announceObserver(previous, observer);
  }

  function observed(name: string): Observed {
    const { state: polls, disturbance } = checker.known(name);
    return { disturbance, failedMonoMs: polls.reading?.ok === false ? (polls.since?.mono ?? null) : null };
  }

  function isHealthy(name: string): boolean {
    return state.snapshot().proxies.some(({ proxy_name, is_healthy }) => proxy_name === name && is_healthy);
  }

  /** The proxy gives up on a storage after the check's own timeout; it has as long as for a poll to say so. */
  function checkTimeoutMs(host: VolumeHost): number {
    const { timeout_ms = DEFAULT_CHECK_TIMEOUT_MS } = state.snapshot().volume(host) ?? {};
    const pollMs = config.proxies[host.proxy]?.health_check_timeout ?? 0;
    // It is the proxy's word, and need not even be a whole number.
    return Math.ceil(Math.max(0, Math.min(timeout_ms, MAX_CHECK_TIMEOUT_MS)) + pollMs);
  }

  async function checkVolume({ proxy, volume }: VolumeHost): Promise<VolumeHealth | null> {
    if (!Object.hasOwn(config.proxies, proxy)) return null;
    // A proxy that is away has its storage not asked: that it is still away takes a poll to tell, and no longer.
    const isThere = isHealthy(proxy) || (await checker.checkNow(proxy)).reading?.ok === true;
    if (isThere && !isOver) await haveChecked({ proxy, volume });
    state.flush();
    return state.snapshot().volume({ proxy, volume });
  }

  /** Whatever the check answers, the poll that follows says it on every surface at once. */
  async function haveChecked(host: VolumeHost): Promise<void> {
    const limit = new AbortController();
    const end = (): void => limit.abort();
    const cancel = clock.after(checkTimeoutMs(host), end);
    checks.add(end);
    await accessOf(host.proxy)
      .client.health.check.mutate({ volume: host.volume }, { signal: limit.signal })
      .catch(() => {});
    cancel();
    checks.delete(end);
    await checker.checkWhole(host.proxy);
  }
}

const isProxyGone = (change: Change): boolean => change.of === 'proxy' && !change.current.is_healthy;
