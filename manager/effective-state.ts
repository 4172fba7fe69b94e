import { createAgenda } from '../probe/agenda.ts';
import { type Clock, moment } from '../probe/clock.ts';
import { type Change, changesOf, type LastSaid } from './changes.ts';
import type { ProxyView } from './effective-status.ts';
import { nextSlice, type ProxySlice, staleness } from './proxy-slice.ts';
import type { Taken } from './received.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { ProxyKnowledge } from './storage-health-checker.ts';

export interface EffectiveStateOptions {
  readonly proxies: readonly ExpectedProxy[];
  readonly known: (proxy: string) => ProxyKnowledge;
  readonly clock: Clock;
  /** Hears of all that moved of a proxy and its volumes at once, times aside. */
  readonly onChanges: (proxy: string, changes: readonly Change[], volumes: number) => void;
}

export interface ExpectedProxy {
  readonly name: string;
  readonly intervalMs: number;
  readonly volumes: readonly string[];
}

export interface EffectiveState {
  readonly snapshot: () => Snapshot;
  /** Takes in what is now known of a proxy, or, where null, of all: of these volumes something may have moved. */
  readonly refresh: (proxy: string | null, touched: Taken['touched']) => void;
  /** Has the next snapshot show the latest times: for whoever has just had them moved. */
  readonly flush: () => void;
  readonly stop: () => void;
}

/** What one proxy decides, with what goes along with it. */
interface Part {
  readonly expected: ExpectedProxy;
  slice: ProxySlice;
  lastSaid: LastSaid;
  /** When it is looked at for what has turned stale; never later than something does. */
  staleMs: number;
}

/** Times alone replace the snapshot at most this often; anything else at once. */
const TIMES_EVERY_MS = 1_000;

/**
 * Holds the manager's effective state, and gives it as immutable snapshots: a new one when a verdict moves or turns
 * stale, for times alone at most once a second. Only what moved is made anew.
 */
export function createEffectiveState({ proxies, known, clock, onChanges }: EffectiveStateOptions): EffectiveState {
  const agenda = createAgenda<Part>(clock, (due) => {
    for (const part of due) lookForStale(part);
  });
  const parts = new Map(
    proxies.map((expected) => {
      const part = { expected, slice: sliceOf(expected, null, 'all'), lastSaid: new Map(), staleMs: Infinity };
      return [expected.name, part] as const;
    }),
  );
  let snapshot: Snapshot | null = null;
  let madeMs = 0;
  let hasMoved = false;

  return {
    snapshot() {
      const isOld = hasMoved && clock.mono() - madeMs >= TIMES_EVERY_MS;
      if (snapshot === null || isOld) {
        const slices = Array.from(parts, ([name, { slice }]) => [name, slice] as const);
        snapshot = snapshotOf(new Map(slices), moment(clock));
        madeMs = clock.mono();
        hasMoved = false;
      }
      return snapshot;
    },
    refresh(name, touched) {
      for (const part of name === null ? parts.values() : [parts.get(name) ?? []].flat()) update(part, touched);
    },
    flush() {
      if (hasMoved) snapshot = null;
    },
    stop: agenda.clear,
  };

  function update(part: Part, touched: Taken['touched']): void {
    const { expected, slice: before } = part;
    const now = moment(clock);
    const slice = sliceOf(expected, before, touched);
    const { changes, lastSaid } = changesOf(before, slice, { lastSaid: part.lastSaid, now });
    part.slice = slice;
    part.lastSaid = lastSaid;
    hasMoved = true;
    expectStale(part, touched);
    if (changes.length === 0) return;
    snapshot = null;
    onChanges(expected.name, changes, slice.volumes.size);
  }

  function sliceOf(
    { name, intervalMs, volumes }: ExpectedProxy,
    before: ProxySlice | null,
    touched: Taken['touched'],
  ): ProxySlice {
    const { state, received, disturbance } = known(name);
    const view: ProxyView = {
      isAsked: state.reading !== null,
      isHealthy: state.reading?.ok === true,
      disturbance: disturbance?.why ?? null,
      pollIntervalMs: intervalMs,
      received,
    };
    return nextSlice(before, { name, state, view, touched, expectedVolumes: volumes, now: moment(clock) });
  }

  /** One entry in the agenda for each proxy is enough: what turns stale later is found when it is looked at. */
  function expectStale(part: Part, touched: Taken['touched']): void {
    const { nextMs } = staleness(part.slice, touched, moment(clock));
    if (nextMs >= part.staleMs) return;
    part.staleMs = nextMs;
    agenda.add(nextMs + 1, part);
  }

  function lookForStale(part: Part): void {
    if (clock.mono() < part.staleMs) return;
    part.staleMs = Infinity;
    const { stale } = staleness(part.slice, 'all', moment(clock));
    if (stale.length > 0) update(part, stale);
    expectStale(part, 'all');
  }
}
