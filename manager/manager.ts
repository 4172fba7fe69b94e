import { type Clock, isoOf, moment } from '../probe/clock.ts';
import type { ManagerContext } from '../router/manager.ts';
import type { ManagerConfig } from '../schema/manager-config.ts';
import type { ObserverHealth } from '../schema/observer-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { VolumeHost } from '../schema/volume-host.ts';
import { createAnnouncer, type Transition } from './announcer.ts';
import type { Change } from './changes.ts';
import { createEffectiveState, type EffectiveState } from './effective-state.ts';
import { createEventFeed } from './event-feed.ts';
import { expectedProxies } from './expected-proxies.ts';
import { nextObserver, type Observed } from './observer.ts';
import type { Snapshot } from './snapshot.ts';
import { type AccessOf, createStorageHealthChecker } from './storage-health-checker.ts';
import { createConfiguredVfolders, type VfolderSource } from './vfolders.ts';

export interface ManagerOptions {
  readonly config: ManagerConfig;
  /** Called once for each proxy, and again where what it takes to reach it has changed. */
  readonly accessOf: AccessOf;
  /** Differs at each start. */
  readonly epoch: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** All the processor time that this process has used, in milliseconds. */
  readonly cpuMs?: () => number;
  readonly onTransition?: (transition: Transition) => void;
  /** Where virtual folders come from now, which may change; null: from the configuration. */
  readonly vfolders?: () => VfolderSource | null;
}

/** A manager without its sockets: it polls its proxies and listens to them, and answers from one snapshot. */
export interface Manager extends Pick<ManagerContext, 'observer' | 'volumeHistory' | 'proxyHistory' | 'watch'> {
  readonly snapshot: () => Snapshot;
  readonly vfolders: VfolderSource;
  /**
   * Goes on with this configuration: proxies come, go and change, and those that stay as they are are not touched. Those
   * who follow a proxy or volume that is gone are told so; what had happened to it stays in its history.
   */
  readonly reconfigure: (config: ManagerConfig) => void;
  /** Shows a sentence as a warning of the manager, in place of the one that stood under that name; null ends it. */
  readonly warn: (name: string, sentence: string | null) => void;
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
  let { config } = options;
  const { accessOf, epoch, clock, random, cpuMs, onTransition = () => {}, vfolders = () => null } = options;
  let configured = createConfiguredVfolders(config.vfolder);
  const folders = (): VfolderSource => vfolders() ?? configured;
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
  const state: EffectiveState = createEffectiveState({
    proxies: expectedProxies(config, folders().affected()),
    known: checker.known,
    clock,
    onChanges(proxy, changes, volumes) {
      announcer.announce(proxy, changes, volumes);
      if (changes.some(isProxyGone)) observe();
    },
  });
  const feed = createEventFeed({ epoch, snapshot: state.snapshot, clock });
  const announcer = createAnnouncer({ epoch, clock, feed, onTransition });
  /** Ends each check that is out. */
  const checks = new Set<{ readonly proxy: string; readonly end: () => void }>();
  const warnings = new Map<string, string>();
  let isOver = false;
  let observer: ObserverHealth = { status: 'ok', since: isoOf(moment(clock)), message: null, warnings: [] };

  return {
    snapshot: state.snapshot,
    watch: feed.watch,
    observer: () => observer,
    volumeHistory: announcer.volumeHistory,
    proxyHistory: announcer.proxyHistory,
    vfolders: {
      findMany: (ids) => folders().findMany(ids),
      page: (asked) => folders().page(asked),
      affected: () => folders().affected(),
      away: () => folders().away(),
    },
    reconfigure,
    warn(name, sentence) {
      if (sentence === null) warnings.delete(name);
      else warnings.set(name, sentence);
      observe();
    },
    checkVolume,
    isReady: () => state.snapshot().proxies.every(({ last_checked_at }) => last_checked_at !== null),
    stop() {
      state.stop();
      isOver = true;
      for (const { end } of checks) end();
      checker.stop();
    },
  };

  function reconfigure(next: ManagerConfig): void {
    if (isOver) return;
    config = next;
    configured = createConfiguredVfolders(config.vfolder);
    for (const { proxy, end } of checks) if (!Object.hasOwn(config.proxies, proxy)) end();
    checker.reconfigure(config.proxies);
    state.reconfigure(expectedProxies(config, folders().affected()));
    observe();
  }

  function observe(): void {
    const previous = observer;
    const proxies = Object.values(config.proxies);
    const windowMs = Math.max(0, ...proxies.map((proxy) => proxy.health_check_interval + proxy.health_check_timeout));
    const all = Object.keys(config.proxies).map((name) => observed(name));
    observer = nextObserver(previous, all, { windowMs, warnings: [...warnings.values()], now: moment(clock) });
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
    const check = { proxy: host.proxy, end };
    checks.add(check);
    await checker.checkVolume(host, limit.signal).catch(() => {});
    cancel();
    checks.delete(check);
    await checker.checkWhole(host.proxy);
  }
}

const isProxyGone = (change: Change): boolean => change.of === 'proxy' && change.current?.is_healthy !== true;
