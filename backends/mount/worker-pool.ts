import { type MountAsker, OwnTrouble } from './mount-asker.ts';
import { createMountCall, keyOf, type MountCall, pathIn } from './mount-call.ts';
import type { MountAnswer, MountQuestion, MountStep } from './mount-question.ts';
import { createSeat, type Seat, type SeatOptions } from './seat.ts';
import { forkWorker } from './worker.ts';

export interface MountPoolOptions
  extends Partial<Pick<SeatOptions, 'fork' | 'after' | 'slowMs' | 'silentMs' | 'lateMs' | 'startMs'>> {
  /** How many workers there may be beside those whose call is silent; at least 2. */
  readonly maxActive?: number;
  /** From so many silent calls on, questions whose last call was late are refused. */
  readonly maxStuck?: number;
}

export interface MountPool {
  readonly ask: MountAsker;
  /**
   * Nobody has volumes at other paths any more: calls there that wait or hang are rejected, and their workers ended, now
   * and whenever one begins to hang. One that is under way may end well, and leave nothing half written.
   */
  readonly keepOnly: (paths: Iterable<string>) => void;
  /** Ends every worker and rejects every call at once, hung or not; from then on every call is rejected. */
  readonly stop: () => void;
  /** `processes` are the `silent` ones, each stuck in a call, and the `active` ones: busy, starting or idle. */
  readonly counts: () => { processes: number; active: number; silent: number; queued: number };
}

const NOT_WANTED = 'no volume has this path any more';

/**
 * Worker processes that ask mounts, so that a hung mount costs a process and never the service. One call at a time
 * each, and at most one call a question. A silent call keeps its worker; another may be started in its place.
 */
export function createMountPool(options: MountPoolOptions = {}): MountPool {
  const { maxActive = 4, maxStuck = 128, slowMs = 50, silentMs = 250, lateMs = 5_000, startMs = 10_000 } = options;
  const { fork = forkWorker, after = afterUnheld } = options;
  const seats = new Set<Seat>();
  const calls = new Map<string, MountCall>();
  const queue = new Set<MountCall>();
  /** Keys of questions whose last call was slow: to be so again is no reason to give it up. */
  const slow = new Set<string>();
  /** Keys of questions whose last call was late. They never get the last worker: the others are always served. */
  const suspects = new Set<string>();
  let isStopped = false;
  let isServing = false;
  let wanted: ReadonlySet<string> | null = null;

  return { ask, keepOnly, stop, counts };

  function ask<Q extends MountQuestion>(question: Q, onStep?: (step: MountStep) => void): Promise<MountAnswer<Q>> {
    if (isStopped) return Promise.reject(new OwnTrouble('mounts are no longer asked: the service is stopping'));
    const call = calls.get(keyOf(question)) ?? enqueue(question);
    if (onStep !== undefined) call.follow(onStep);
    serve();
    return call.promise as Promise<MountAnswer<Q>>;
  }

  function keepOnly(paths: Iterable<string>): void {
    wanted = new Set(paths);
    for (const keys of [slow, suspects]) for (const key of keys) if (!isWanted(key)) keys.delete(key);
    for (const call of queue) {
      if (isWanted(call.key)) continue;
      queue.delete(call);
      fail(call, new OwnTrouble(NOT_WANTED));
    }
    dropUnwanted();
    serve();
  }

  function isWanted(key: string): boolean {
    return wanted === null || wanted.has(pathIn(key));
  }

  function dropUnwanted(): void {
    for (const seat of seats) {
      const call = seat.call();
      if (call === null || !seat.isSilent() || isWanted(call.key)) continue;
      dismiss(seat);
      fail(call, new OwnTrouble(NOT_WANTED));
    }
  }

  function stop(): void {
    isStopped = true;
    for (const seat of seats) seat.end();
    for (const call of calls.values()) call.reject(new OwnTrouble('the service is stopping'));
    for (const all of [seats, calls, queue]) all.clear();
  }

  function counts() {
    const silent = countSeats((seat) => seat.isSilent());
    return { processes: seats.size, active: seats.size - silent, silent, queued: queue.size };
  }

  function enqueue(question: MountQuestion): MountCall {
    const call = createMountCall(question);
    calls.set(call.key, call);
    queue.add(call);
    return call;
  }

  /** Gives waiting calls to workers: first come, first served, but for suspects that have their share of workers. */
  function serve(): void {
    // A worker that cannot even be started is lost before this returns, and asks to be replaced.
    if (isServing) return;
    isServing = true;
    try {
      for (const call of queue) {
        const isSuspect = suspects.has(call.key);
        if (isSuspect && counts().silent >= maxStuck) refuse(call);
        else if (!isSuspect || countSeats(isTrying) < maxActive - 1) {
          const seat = freeSeat();
          if (seat === undefined) break;
          queue.delete(call);
          seat.take(call);
        }
      }
    } finally {
      isServing = false;
    }
  }

  function freeSeat(): Seat | undefined {
    const idle = [...seats].find((seat) => seat.call() === null);
    if (idle !== undefined) return idle;
    // With many mounts that have just begun to hang, the good ones would else wait for each of these in turn.
    if (counts().active >= maxActive) [...seats].find(isUnusuallySlow)?.giveUp();
    return counts().active < maxActive ? newSeat() : undefined;
  }

  function newSeat(): Seat {
    const seat = createSeat({
      fork,
      after,
      slowMs,
      silentMs,
      lateMs,
      startMs,
      onSlow: serve,
      onSilent: () => {
        dropUnwanted();
        serve();
      },
      onAnswer: (call, answer, { wasSlow, wasLate }) => {
        remember(slow, call, wasSlow);
        remember(suspects, call, wasLate);
        if (counts().active > maxActive) dismiss(seat);
        calls.delete(call.key);
        call.resolve(answer);
        serve();
      },
      onLost: (call, why) => {
        seats.delete(seat);
        if (call !== null) fail(call, new OwnTrouble(`the process that asks mounts was lost: ${why}`));
        serve();
      },
    });
    seats.add(seat);
    return seat;
  }

  function dismiss(seat: Seat): void {
    seats.delete(seat);
    seat.end();
  }

  function refuse(call: MountCall): void {
    queue.delete(call);
    fail(call, new OwnTrouble(`${maxStuck} calls on mounts are stuck, and this path was among them`, 'TOO_MANY_STUCK'));
  }

  function fail(call: MountCall, trouble: OwnTrouble): void {
    calls.delete(call.key);
    call.reject(trouble);
  }

  function countSeats(matches: (seat: Seat) => boolean): number {
    return [...seats].filter(matches).length;
  }

  function isUnusuallySlow(seat: Seat): boolean {
    return seat.isSlow() && !slow.has(seat.call()?.key ?? '');
  }

  function isTrying(seat: Seat): boolean {
    return !seat.isSilent() && suspects.has(seat.call()?.key ?? '');
  }
}

function remember(keys: Set<string>, { key }: MountCall, isOne: boolean): void {
  if (isOne) keys.add(key);
  else keys.delete(key);
}

/** A timer that keeps no process from ending. */
function afterUnheld(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => {
    clearTimeout(timer);
  };
}
