import { isDeepStrictEqual } from 'node:util';
import { createAgenda } from '../probe/agenda.ts';
import { type Clock, moment } from '../probe/clock.ts';
import { type Change, changesOf, configured, type LastSaid, unconfigured } from './changes.ts';
import type { ProxyView } from './effective-status.ts';
import { isSeenAlike, nextSlice, type ProxySlice, staleness } from './proxy-slice.ts';
import type { News } from './received.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import type { ProxyKnowledge } from './storage-health-checker.ts';

export interface EffectiveStateOptions {
  readonly proxies: readonly ExpectedProxy[];
  readonly known: (proxy: string) => ProxyKnowledge;
  readonly clock: Clock;
  /** Hears of all that moved of a proxy and its volumes at once, times and figures aside. */
  readonly onChanges: (proxy: string, changes: readonly Change[], volumes: number) => void;
}

export interface ExpectedProxy {
  readonly name: string;
  readonly intervalMs: number;
  readonly volumes: readonly string[];
  /** What an administrator should know of it, whatever it says. */
  readonly warnings?: readonly string[];
}

export interface EffectiveState {
  readonly snapshot: () => Snapshot;
  /**
   * Goes on with these proxies, in this order: one that was there is not touched, but for the volumes that are expected
   * of it. One that is gone takes its volumes with it, which is told.
   */
  readonly reconfigure: (proxies: readonly ExpectedProxy[]) => void;
  /** Takes in what is now known of a proxy, or, where null, of all. */
  readonly refresh: (proxy: string | null, news: News) => void;
  /** Has the next snapshot show the latest times: for whoever has just had them moved. */
  readonly flush: () => void;
  /** From then on it stays as it is. */
  readonly stop: () => void;
}

/** What one proxy decides, with what goes along with it. */
interface Part {
  expected: ExpectedProxy;
  slice: ProxySlice;
  lastSaid: LastSaid;
  /** Whether a poll has found nothing new since the slice was made: the time of it waits until somebody looks. */
  hasWaiting: boolean;
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
    for (const part of due) if (parts.get(part.expected.name) === part) lookForStale(part);
  });
  let parts: ReadonlyMap<string, Part> = new Map();
  let snapshot: Snapshot | null = null;
  let madeMs = 0;
  let hasMoved = false;
  let isStopped = false;

  parts = new Map(proxies.map((expected) => [expected.name, partOf(expected)]));

  const effective: EffectiveState = {
    reconfigure,
    snapshot() {
      if (isStopped && snapshot !== null) return snapshot;
      // After a suspend the timers that would have said so are late.
      agenda.flush();
      const isOld = hasMoved && clock.mono() - madeMs >= TIMES_EVERY_MS;
      if (snapshot === null || isOld) {
        for (const part of parts.values()) if (part.hasWaiting) update(part, []);
        const slices = Array.from(parts, ([name, { slice }]) => [name, slice] as const);
        snapshot = snapshotOf(new Map(slices), moment(clock));
        madeMs = clock.mono();
        hasMoved = false;
      }
      return snapshot;
    },
    refresh(name, news) {
      if (isStopped) return;
      for (const part of name === null ? parts.values() : [parts.get(name) ?? []].flat()) {
        if (news.isMeasuredOnly && canWait(part, news)) {
          part.hasWaiting = true;
          hasMoved = true;
        } else {
          update(part, news.touched);
        }
      }
    },
    flush() {
      if (hasMoved && !isStopped) snapshot = null;
    },
    stop() {
      effective.snapshot();
      isStopped = true;
      agenda.clear();
    },
  };
  return effective;

  function reconfigure(next: readonly ExpectedProxy[]): void {
    if (isStopped) return;
    const before = parts;
    parts = new Map(next.map((expected) => [expected.name, before.get(expected.name) ?? partOf(expected)]));
    snapshot = null;
    for (const [name, { slice, lastSaid }] of before) {
      const now = moment(clock);
      if (!parts.has(name)) onChanges(name, unconfigured(slice, { lastSaid, now }), slice.volumes.size);
    }
    for (const expected of next) {
      const part = parts.get(expected.name)!;
      if (!before.has(expected.name)) {
        onChanges(expected.name, configured(part.slice), part.slice.volumes.size);
      } else if (!isDeepStrictEqual(part.expected, expected)) {
        part.expected = expected;
        update(part, 'all');
      }
    }
  }

  function partOf(expected: ExpectedProxy): Part {
    const slice = sliceOf(expected, null, 'all');
    return { expected, slice, lastSaid: new Map(), hasWaiting: false, staleMs: Infinity };
  }

  /** Whether nothing moved but when the proxy was asked. */
  function canWait({ expected, slice }: Part, { touched }: News): boolean {
    return touched.length === 0 && isSeenAlike(slice.view, viewOf(expected));
  }

  function update(part: Part, touched: News['touched']): void {
    const { expected, slice: before } = part;
    part.hasWaiting = false;
    const now = moment(clock);
    const slice = sliceOf(expected, before, touched);
    const { changes, lastSaid } = changesOf(before, slice, { lastSaid: part.lastSaid, now });
    part.slice = slice;
    part.lastSaid = lastSaid;
    hasMoved = true;
    // What is seen otherwise than before, such as a proxy that is back, turns stale at times that were not reckoned yet.
    expectStale(part, isSeenAlike(before.view, slice.view) ? touched : 'all');
    if (changes.length === 0) return;
    snapshot = null;
    onChanges(expected.name, changes, slice.volumes.size);
  }

  function sliceOf(expected: ExpectedProxy, before: ProxySlice | null, touched: News['touched']): ProxySlice {
    const { name, volumes: expectedVolumes, warnings = [] } = expected;
    const { state } = known(name);
    const view = viewOf(expected);
    return nextSlice(before, { name, state, view, touched, expectedVolumes, warnings, now: moment(clock) });
  }

  function viewOf({ name, intervalMs }: ExpectedProxy): ProxyView {
    const { state, received, disturbance } = known(name);
    return {
      isAsked: state.reading !== null,
      isHealthy: state.reading?.ok === true,
      disturbance: disturbance?.why ?? null,
      pollIntervalMs: intervalMs,
      received,
    };
  }

  /** One entry in the agenda for each proxy is enough: what turns stale later is found when it is looked at. */
  function expectStale(part: Part, touched: News['touched']): void {
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
