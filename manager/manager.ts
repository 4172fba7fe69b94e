import type { ProxyClient } from '../client/proxy-client.ts';
import type { Clock } from '../probe/clock.ts';
import type { ManagerContext } from '../router/manager.ts';
import type { ManagerConfig } from '../schema/manager-config.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import { formatVolumeHost, isNoStorage, parseVolumeHost, type VolumeHost } from '../schema/volume-host.ts';
import { createEventFeed } from './event-feed.ts';
import { createEffectiveState, type EffectiveState } from './effective-state.ts';
import type { Snapshot } from './snapshot.ts';
import { createStorageHealthChecker } from './storage-health-checker.ts';
import type { Transition } from './transitions.ts';
import { createConfiguredVfolders, type VfolderSource } from './vfolders.ts';

export interface ManagerOptions {
  readonly config: ManagerConfig;
  /** A client whose calls end by their signal, and have no shorter limit of their own. */
  readonly clientOf: (proxy: string) => ProxyClient;
  /** Differs at each start. */
  readonly epoch: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onTransition?: (transition: Transition) => void;
}

/** A manager without its sockets: it polls its proxies, and answers from one snapshot. */
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
  readonly stop: () => void;
}

const DEFAULT_CHECK_TIMEOUT_MS = 15_000;
const MAX_CHECK_TIMEOUT_MS = 60_000;

export function createManager(options: ManagerOptions): Manager {
  const { config, clientOf, epoch, clock, random, onTransition } = options;
  const probe = createStorageHealthChecker({
    proxies: config.proxies,
    clientOf,
    clock,
    random,
    onResume: () => {
      state.refresh();
    },
  });
  const vfolderHosts = config.vfolder.flatMap(({ host }) => (isNoStorage(host) ? [] : (parseVolumeHost(host) ?? [])));
  const state: EffectiveState = createEffectiveState({
    proxies: Object.entries(config.proxies).map(([name, proxy]) => ({
      name,
      intervalMs: proxy.health_check_interval,
      volumes: [...proxy.volumes, ...vfolderHosts.filter((host) => host.proxy === name).map(({ volume }) => volume)],
    })),
    probe,
    clock,
    onTransition: (transition) => {
      publish(transition);
      onTransition?.(transition);
    },
  });
  const startedAt = new Date(clock.now()).toISOString();
  const events = createEventFeed({ epoch, snapshot: state.snapshot, clock });
  probe.onOutcome((proxy) => {
    state.refresh(proxy);
  });

  return {
    snapshot: state.snapshot,
    watch: events.watch,
    observer: () => ({ status: 'ok', since: startedAt, message: null }),
    volumeHistory: () => [],
    proxyHistory: () => [],
    vfolders: createConfiguredVfolders(config.vfolder),
    checkVolume,
    isReady: () => state.snapshot().proxies.every(({ last_checked_at }) => last_checked_at !== null),
    stop() {
      probe.stop();
      state.stop();
    },
  };

  function publish(transition: Transition): void {
    if (transition.of === 'proxy') {
      events.publish({ type: 'proxy', previous: transition.previous, current: transition.current, transition: null });
      return;
    }
    const { previous, current } = transition;
    const host = formatVolumeHost({ proxy: current.proxy_name, volume: current.volume_id });
    events.publish({ type: 'volume', host, previous, current, transition: null });
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
    const isThere = isHealthy(proxy) || (await probe.checkNow(proxy)).reading?.ok === true;
    if (isThere) await haveChecked({ proxy, volume });
    state.flush();
    return state.snapshot().volume({ proxy, volume });
  }

  /** Whatever the check answers, the poll that follows says it on every surface at once. */
  async function haveChecked(host: VolumeHost): Promise<void> {
    const signal = AbortSignal.timeout(checkTimeoutMs(host));
    await clientOf(host.proxy)
      .health.check.mutate({ volume: host.volume }, { signal })
      .catch(() => {});
    const checkedMs = clock.mono();
    const { reading, lastAnswer } = await probe.checkNow(host.proxy);
    // A poll that was already out may have missed it.
    if (reading?.ok === true && (lastAnswer?.askedMonoMs ?? 0) < checkedMs) await probe.checkNow(host.proxy);
  }
}
