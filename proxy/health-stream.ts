import type { Clock } from '../probe/clock.ts';
import { createFeed, type FeedPosition, parsePosition } from '../probe/feed.ts';
import type { ProxyWatchOptions } from '../router/proxy.ts';
import type { HealthReport } from '../schema/health-report.ts';
import type { CheckTimes, ProxyEvent } from '../schema/proxy-event.ts';
import type { VolumeReport } from '../schema/volume-report.ts';

export interface HealthStreamOptions {
  /** Differs at each start of the process. */
  readonly epoch: string;
  readonly clock: Clock;
  /** The whole report, as it is when it is called. */
  readonly report: () => HealthReport;
  /** What is said of one volume now. */
  readonly volume: (name: string) => VolumeReport;
}

/** What moves in a proxy's report, for any number of readers, each at its own pace. */
export interface HealthStream {
  readonly position: () => FeedPosition;
  /** Its times have moved: readers are told with their next beat. */
  readonly moved: (volume: string) => void;
  /** Anything else has moved: readers are told now. */
  readonly publish: (volume: string) => void;
  /**
   * A snapshot, unless `lastEventId` can be gone on from; then changes, each with the volume as it is when it is told.
   * At most every 10 s a beat has the times that moved since the reader was last told them; the first one of a reader
   * that goes on from where it was comes at once and has all. A ping comes when nothing was said for `pingMs`. Ends
   * with `signal`. A reader costs no more memory than its place, however long it does not read.
   */
  readonly watch: (options: ProxyWatchOptions) => AsyncGenerator<ProxyEvent, void, undefined>;
}

/** Counts of the moves of all volumes' times: orders what a reader was told and what moved. */
interface Moves {
  readonly latest: number;
  /** The latest that its last publication told, and the `seq` of that. */
  readonly published: number;
  readonly seq: number;
}

const BEAT_MS = 10_000;
const NEVER_MOVED: Moves = { latest: 0, published: 0, seq: 0 };

export function createHealthStream({ epoch, clock, report, volume }: HealthStreamOptions): HealthStream {
  const movesOf = new Map<string, Moves>();
  let moves = 0;
  const snapshot = () => ({ report: report(), moves });
  const feed = createFeed<ReturnType<typeof snapshot>, null>({ epoch, snapshot, clock });

  return {
    position: feed.position,
    moved(name) {
      moves += 1;
      movesOf.set(name, { ...(movesOf.get(name) ?? NEVER_MOVED), latest: moves });
    },
    publish(name) {
      feed.publish(name, null);
      const { latest } = movesOf.get(name) ?? NEVER_MOVED;
      movesOf.set(name, { latest, published: latest, seq: feed.position().seq });
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
        saidMs = clock.mono();
        yield { type: 'change', ...at(message.position), after, volume: key, report: volume(key) };
      }
      if (clock.mono() >= beatDueMs) {
        const volumes = timesSince(told, message.position.seq);
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
   * The times that a reader at `seq` has not been told; null: it may have missed any. Times newer than the verdict that
   * it has would vouch for an old one: they come with the change that it is yet to be given.
   */
  function timesSince(told: number | null, seq: number): Record<string, CheckTimes> {
    const untold = Object.entries(report().volumes).filter(([name]) => {
      const known = movesOf.get(name) ?? NEVER_MOVED;
      if (known.seq > seq) return false;
      return told === null || (known.latest > told && known.latest > known.published);
    });
    return Object.fromEntries(untold.map(([name, of]) => [name, timesOf(of)]));
  }
}

function timesOf(report: VolumeReport): CheckTimes {
  const { last_checked_at, probe_ms, checked_mono_ms, next_check_mono_ms, checks } = report;
  return {
    last_checked_at,
    probe_ms,
    checked_mono_ms,
    next_check_mono_ms,
    checks: checks.map(({ name, checked_at, duration_ms }) => ({ name, checked_at, duration_ms })),
  };
}
