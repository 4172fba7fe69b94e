import { type Clock, type Moment, moment } from '../probe/clock.ts';
import type { HealthProbe } from '../probe/health-probe.ts';
import { UNASKED } from '../probe/target-state.ts';
import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { ProxyView, Received } from './effective-status.ts';
import { nextSlice, type ProxySlice, volumeHealth } from './proxy-slice.ts';
import type { Snapshot } from './snapshot.ts';
import type { PollReading } from './storage-health-checker.ts';

export interface EffectiveStateOptions {
  readonly proxies: readonly ExpectedProxy[];
  readonly probe: Pick<HealthProbe<Received, PollReading>, 'state' | 'resumedAt'>;
  readonly clock: Clock;
  /** Hears of each proxy and volume whose state moved, times aside; never of a first sight that is well. */
  readonly onTransition?: (transition: Transition) => void;
}

export interface ExpectedProxy {
  readonly name: string;
  readonly intervalMs: number;
  readonly volumes: readonly string[];
}

export type Transition =
  | { readonly of: 'proxy'; readonly previous: StorageProxyHealth; readonly current: StorageProxyHealth }
  | { readonly of: 'volume'; readonly previous: VolumeHealth | null; readonly current: VolumeHealth };

export interface EffectiveState {
  readonly snapshot: () => Snapshot;
  /** Takes in what the probe now knows of a proxy, or of all. */
  readonly refresh: (proxy?: string) => void;
  /** Replaces the snapshot now, if only times have moved since: for whoever has just had them moved. */
  readonly flush: () => void;
  readonly stop: () => void;
}

/** Times alone replace the snapshot at most this often; anything else at once. */
const TIMES_EVERY_MS = 1_000;

/**
 * Holds the manager's one snapshot, and replaces it: at once when a verdict moves or turns stale, for times alone at
 * most once a second. Only the slice of the proxy concerned is made anew.
 */
export function createEffectiveState(options: EffectiveStateOptions): EffectiveState {
  const { proxies, probe, clock, onTransition = () => {} } = options;
  const slices = new Map<string, ProxySlice>();
  let snapshot: Snapshot;
  let cancelTimes: (() => void) | null = null;
  let cancelStale: (() => void) | null = null;

  for (const proxy of proxies) slices.set(proxy.name, sliceOf(proxy));
  publish();

  return {
    snapshot: () => snapshot,
    refresh(name) {
      const moved = proxies.filter((proxy) => (name === undefined || name === proxy.name) && update(proxy));
      if (moved.length > 0) publish();
      else cancelTimes ??= clock.after(TIMES_EVERY_MS, publish);
      watchStaleness();
    },
    flush() {
      if (cancelTimes !== null) publish();
    },
    stop() {
      cancelTimes?.();
      cancelStale?.();
    },
  };

  /** Makes the slice of a proxy anew; true if more than times moved. */
  function update(proxy: ExpectedProxy): boolean {
    const current = sliceOf(proxy);
    const previous = slices.get(proxy.name) ?? current;
    slices.set(proxy.name, current);
    const transitions = transitionsBetween(previous, current);
    for (const transition of transitions) onTransition(transition);
    return transitions.length > 0 || !isSameReport(previous, current);
  }

  function sliceOf({ name, intervalMs, volumes }: ExpectedProxy): ProxySlice {
    const state = probe.state(name) ?? UNASKED;
    const resumedAt = probe.resumedAt();
    const view: ProxyView = {
      isAsked: state.reading !== null,
      isHealthy: state.reading?.ok === true,
      isPaused: resumedAt !== null && state.checkedAt !== null && state.checkedAt.mono < resumedAt.mono,
      pollIntervalMs: intervalMs,
      received: state.lastAnswer,
    };
    const now = moment(clock);
    return nextSlice(slices.get(name) ?? null, { name, state, view, expectedVolumes: volumes, now });
  }

  function publish(): void {
    cancelTimes?.();
    cancelTimes = null;
    snapshot = snapshotOf(new Map(slices), moment(clock));
  }

  function watchStaleness(): void {
    cancelStale?.();
    const next = Math.min(...Array.from(slices.values(), (slice) => slice.nextStaleMs));
    if (next === Infinity) return;
    cancelStale = clock.after(Math.max(1, Math.ceil(next - clock.mono()) + 1), () => {
      const now = clock.mono();
      const due = proxies.filter(({ name }) => (slices.get(name)?.nextStaleMs ?? Infinity) < now);
      if (due.filter(update).length > 0) publish();
      watchStaleness();
    });
  }
}

function snapshotOf(slices: ReadonlyMap<string, ProxySlice>, now: Moment): Snapshot {
  const volume: Snapshot['volume'] = (host) => slices.get(host.proxy)?.volumes.get(host.volume) ?? null;
  let all: readonly VolumeHealth[] | null = null;
  return {
    proxies: Array.from(slices.values(), ({ proxy }) => proxy),
    get volumes() {
      return (all ??= Array.from(slices.values(), ({ volumes }) => [...volumes.values()]).flat());
    },
    volumesOf: (name) => [...(slices.get(name)?.volumes.values() ?? [])],
    volume,
    effective(host) {
      const view = slices.get(host.proxy)?.view ?? null;
      return volume(host) ?? { ...volumeHealth({ ...host, view, previous: null, verdict: null, now }), since: null };
    },
  };
}

function transitionsBetween(a: ProxySlice, b: ProxySlice): readonly Transition[] {
  const volumes = Array.from(b.volumes.values()).flatMap((current): Transition[] => {
    const previous = a.volumes.get(current.volume_id) ?? null;
    const isMoved = previous === null ? !current.is_healthy || current.is_degraded : isVolumeMoved(previous, current);
    return isMoved ? [{ of: 'volume', previous, current }] : [];
  });
  const isProxyMoved =
    a.proxy.status !== b.proxy.status ||
    a.proxy.error_message !== b.proxy.error_message ||
    a.proxy.state_type !== b.proxy.state_type;
  return isProxyMoved ? [{ of: 'proxy', previous: a.proxy, current: b.proxy }, ...volumes] : volumes;
}

function isVolumeMoved(a: VolumeHealth, b: VolumeHealth): boolean {
  return (
    a.status !== b.status || a.is_degraded !== b.is_degraded || a.reason !== b.reason || a.state_type !== b.state_type
  );
}

/** Within an epoch a proxy counts its changes, so equal counts mean that nothing but times moved. */
function isSameReport(a: ProxySlice, b: ProxySlice): boolean {
  const [before, after] = [a.view.received?.report, b.view.received?.report];
  return before?.epoch === after?.epoch && before?.seq === after?.seq;
}
