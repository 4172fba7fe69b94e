import type { Clock } from '../probe/clock.ts';
import { createFeed, type FeedPosition, parsePosition } from '../probe/feed.ts';
import type { ProxyWatchOptions } from '../router/proxy.ts';
import type { HealthReport } from '../schema/health-report.ts';
import type { Measured, ProxyEvent } from '../schema/proxy-event.ts';
import type { VolumeReport } from '../schema/volume-report.ts';

export interface HealthStreamOptions {
  /** Differs at each start of the process. */
  readonly epoch: string;
  readonly clock: Clock;
  /** The whole report, as it is when it is called. */
  readonly report: () => HealthReport;
  /** What is said of one volume now; null if there is none of that name. */
  readonly volume: (name: string) => VolumeReport | null;
}

/** What moves in a proxy's report, for any number of readers, each at its own pace. */
export interface HealthStream {
  readonly position: () => FeedPosition;
  /** It was measured anew: readers are told the times, and the figures if they are others, with their next beat. */
  readonly measured: (volume: string, found: { readonly isOtherFigures: boolean }) => void;
  /** Anything else has moved: readers are told now. */
  readonly publish: (volume: string) => void;
  /** There are no such volumes any more: readers are told now, by a snapshot that lacks them. */
  readonly forget: (volumes: readonly string[]) => void;
  /**
   * A snapshot, unless `lastEventId` can be gone on from; then changes, each with the volume as it is when it is told.
   * At most every 10 s a beat has what was measured since the reader was last told; the first one of a reader that goes
   * on from where it was comes at once and has all. A ping comes when nothing was said for `pingMs`. Ends
   * with `signal`. A reader costs no more memory than its place, however long it does not read.
   */
  readonly watch: (options: ProxyWatchOptions) => AsyncGenerator<ProxyEvent, void, undefined>;
}

/** Counts of the measurements of all volumes: orders what a reader was told and what moved. */
interface Moves {
  readonly latest: number;
  /** The latest that found other figures. */
  readonly figures: number;
  /** The latest that its last publication told, and the `seq` of that. */
  readonly published: number;
  readonly seq: number;
}

const BEAT_MS = 10_000;
const NEVER_MOVED: Moves = { latest: 0, figures: 0, published: 0, seq: 0 };

export function createHealthStream({ epoch, clock, report, volume }: HealthStreamOptions): HealthStream {
  const movesOf = new Map<string, Moves>();
  let moves = 0;
  const snapshot = () => ({ report: report(), moves });
  const feed = createFeed<ReturnType<typeof snapshot>, null>({ epoch, snapshot, clock });

  return {
    position: feed.position,
    measured(name, { isOtherFigures }) {
      moves += 1;
      const before = movesOf.get(name) ?? NEVER_MOVED;
      movesOf.set(name, { ...before, latest: moves, figures: isOtherFigures ? moves : before.figures });
    },
    publish(name) {
      feed.publish(name, null);
      const before = movesOf.get(name) ?? NEVER_MOVED;
      movesOf.set(name, { ...before, published: before.latest, seq: feed.position().seq });
    },
    forget(names) {
      for (const name of names) movesOf.delete(name);
      feed.renew();
    },
    watch,
  };

  async function* watch(options: ProxyWatchOptions): AsyncGenerator<ProxyEvent, void, undefined> {
    const { lastEventId, pingMs, signal } = options;
    const since = lastEventId === null ? null : parsePosition(lastEventId);
    let told: number | null = null;
    let beatDueMs = clock.mono();
    let saidMs = clock.mono();
    const idleMs = (): number => Math.max(0, Math.min(saidMs + pingMs, beatDueMs) - clock.mono());

    for await (const message of feed.watch({ since, idleMs, signal })) {
      if (message.type === 'snapshot') {
        told = message.snapshot.moves;
        saidMs = clock.mono();
        beatDueMs = saidMs + BEAT_MS;
        yield { type: 'snapshot', report: message.snapshot.report };
        continue;
      }
      if (message.type === 'change') {
        const { after, key } = message;
        const now = volume(key);
        // It has gone since: the snapshot that says so comes next.
        if (now === null) continue;
        saidMs = clock.mono();
        yield { type: 'change', ...at(message.position), after, volume: key, report: now };
      }
      if (clock.mono() >= beatDueMs) {
        const volumes = measuredSince(told, message.position.seq);
        told = moves;
        beatDueMs = clock.mono() + BEAT_MS;
        if (Object.keys(volumes).length > 0) {
          saidMs = clock.mono();
          yield { type: 'beat', ...at(message.position), volumes };
        }
      }
      if (message.type === 'idle' && clock.mono() >= saidMs + pingMs) {
        saidMs = clock.mono();
        yield { type: 'ping', ...at(message.position) };
      }
    }
  }

  function at(position: FeedPosition): FeedPosition & { mono_ms: number } {
    return { ...position, mono_ms: clock.mono() };
  }

  /**
   * What a reader at `seq` has not been told; null: it may have missed any. Times newer than the verdict that it has
   * would vouch for an old one: they come with the change that it is yet to be given.
   */
  function measuredSince(told: number | null, seq: number): Record<string, Measured> {
    const untold: [string, Measured][] = [];
    for (const [name, of] of Object.entries(report().volumes)) {
      const { latest, figures, published, seq: changed } = movesOf.get(name) ?? NEVER_MOVED;
      const isTold = told !== null && (latest <= told || latest <= published);
      if (changed > seq || isTold) continue;
      const hasFigures = told === null || (figures > told && figures > published);
      untold.push([name, hasFigures ? { ...timesOf(of), ...figuresOf(of) } : timesOf(of)]);
    }
    return Object.fromEntries(untold);
  }
}

function timesOf(report: VolumeReport): Measured {
  const { last_checked_at, probe_ms, checked_mono_ms, next_check_mono_ms, checks } = report;
  return {
    last_checked_at,
    probe_ms,
    checked_mono_ms,
    next_check_mono_ms,
    checks: checks.map(({ name, checked_at, duration_ms }) => ({ name, checked_at, duration_ms })),
  };
}

function figuresOf({ metadata, checks }: VolumeReport): Pick<Measured, 'metadata' | 'checks'> {
  return {
    metadata,
    checks: checks.map(({ name, checked_at, duration_ms, info }) => ({ name, checked_at, duration_ms, info })),
  };
}
