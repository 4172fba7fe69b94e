import { type Clock, moment } from '../probe/clock.ts';
import type { HealthProbe } from '../probe/health-probe.ts';
import { UNASKED } from '../probe/target-state.ts';
import type { ProxyView, Received } from './effective-status.ts';
import { nextSlice, type ProxySlice } from './proxy-slice.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { PollReading } from './storage-health-checker.ts';
import { nextSaid, type Said, type Transition } from './transitions.ts';

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
  const said = new Map<string, Said>();
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
    const { transitions, said: saidNow } = nextSaid(said.get(proxy.name) ?? previous, current);
    said.set(proxy.name, saidNow);
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

/** Within an epoch a proxy counts its changes, so equal counts mean that nothing but times moved. */
function isSameReport(a: ProxySlice, b: ProxySlice): boolean {
  const [before, after] = [a.view.received?.report, b.view.received?.report];
  return before?.epoch === after?.epoch && before?.seq === after?.seq;
}
