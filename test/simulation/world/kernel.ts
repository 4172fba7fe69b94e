import TinyQueue from 'tinyqueue';
import type { Clock } from '../../../probe/clock.ts';
import { Violation } from './violation.ts';

/**
 * The one time of a simulated world, and all that is to happen in it. Things happen one after the other, each on a
 * machine, and each has run to its end, promises included, before the next one does: the same world from the same seed
 * takes the same course.
 */
export interface Kernel {
  /** True time, in milliseconds, which no machine knows. */
  readonly now: () => number;
  readonly machine: (name: string, options?: MachineOptions) => Machine;
  /** Has something happen on a machine, or, where null, to the world itself; the function it returns takes that back. */
  readonly after: (ms: number, machine: Machine | null, run: () => void) => () => void;
  /** Lets time pass, and happen what comes due in it. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets everything run that waits for nothing but promises. */
  readonly settle: () => Promise<void>;
  /** Whose code runs now; null where it is the world's. */
  readonly running: () => Machine | null;
  /** How much has happened. */
  readonly happened: () => number;
  /** Only so much more may happen, until this is said anew: with what comes next, `advance` throws a `Violation`. */
  readonly allow: (happenings: number) => void;
}

export interface KernelOptions {
  /** Lets run what the latest thing that happened has set off. */
  readonly drain: () => Promise<void>;
  /** Looks at the world each time that something has happened. */
  readonly onHappened: (machine: Machine | null) => void | Promise<void>;
}

export interface MachineOptions {
  /** How many milliseconds of its clock pass in one of true time. */
  readonly rate?: number;
  /** What its clocks show when it starts. */
  readonly monoMs?: number;
  readonly wallMs?: number;
}

/** A process with a machine of its own. */
export interface Machine {
  readonly name: string;
  readonly clock: Clock;
  /** How much it has computed. */
  readonly cpuMs: () => number;
  readonly bornMs: number;
  /** Infinity while it lives. */
  readonly diedMs: () => number;
  readonly isDead: () => boolean;
  /** How many of its timers are set. */
  readonly timers: () => number;
  /** Nothing runs for so long, as SIGSTOP does it; what came due meanwhile runs late. */
  readonly pause: (ms: number) => void;
  /** Nothing runs for so long, as it computes. */
  readonly compute: (ms: number) => void;
  /** Nothing runs for so long, and the time of timers stands still. */
  readonly suspend: (ms: number) => void;
  /** Sets the wall clock forward or back. */
  readonly setWallBy: (ms: number) => void;
  /** Ends a pause before its time. */
  readonly resume: () => void;
  /** Whether it could answer somebody at this instant: it runs, and is not in the midst of timers that were late. */
  readonly isAnswering: () => boolean;
  /** Nothing of it ever runs again. */
  readonly crash: () => void;
}

interface Happening {
  atMs: number;
  /** Of two at the same time the first that was planned comes first. */
  order: number;
  readonly machine: State | null;
  readonly isTimer: boolean;
  readonly run: () => void;
  isOff: boolean;
  /** A timer that came due while its machine was stopped. */
  isLate: boolean;
}

interface State extends Machine {
  readonly backlog: Happening[];
  stoppedUntilMs: number;
  suspendedUntilMs: number;
  timerCount: number;
  /** Which come first where a machine goes on: every other time it is the timers. */
  isTimersFirst: boolean;
  /** How many late timers are still to run, and whether the first of them has. */
  lateTimers: number;
  isInTimers: boolean;
}

/** Comes before everything that was planned for the same time. */
const LATE = 2 ** 50;

const WALL_MS = Date.parse('2026-01-22T10:00:00Z');

export function createKernel({ drain, onHappened }: KernelOptions): Kernel {
  let queue = new TinyQueue<Happening>([], inOrder);
  let nowMs = 0;
  let order = 0;
  let happened = 0;
  let allowed = Infinity;
  let running: State | null = null;

  return {
    now: () => nowMs,
    machine,
    after: (ms, on, run) => plan(ms, { machine: on as State | null, isTimer: false, run }),
    advance,
    settle: drain,
    running: () => running,
    happened: () => happened,
    allow(happenings) {
      allowed = happened + happenings;
    },
  };

  function plan(ms: number, what: Pick<Happening, 'machine' | 'isTimer' | 'run'>): () => void {
    const happening: Happening = {
      ...what,
      atMs: nowMs + Math.max(0, ms),
      order: (order += 1),
      isOff: false,
      isLate: false,
    };
    const { machine: on, isTimer } = what;
    queue.push(happening);
    if (on !== null && isTimer) on.timerCount += 1;
    return () => {
      if (happening.isOff) return;
      happening.isOff = true;
      if (on !== null && isTimer) on.timerCount -= 1;
      if (on !== null && happening.isLate) passLate(on);
    };
  }

  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms;
    for (let next = queue.peek(); next !== undefined && next.atMs <= endMs; next = queue.peek()) {
      queue.pop();
      nowMs = Math.max(nowMs, next.atMs);
      if (next.isOff) continue;
      if (happened >= allowed) throw new Violation('bounded', `more happened until ${nowMs} ms than was to happen`);
      await happen(next);
    }
    nowMs = endMs;
  }

  async function happen(next: Happening): Promise<void> {
    const { machine: on, isTimer } = next;
    if (on !== null && on.stoppedUntilMs > nowMs) {
      on.backlog.push(next);
      return;
    }
    next.isOff = true;
    if (on?.isDead() === true) return;
    if (on !== null && isTimer) on.timerCount -= 1;
    running = on;
    happened += 1;
    if (on !== null && next.isLate) passLate(on);
    next.run();
    await drain();
    const looking = onHappened(on);
    if (looking !== undefined) await looking;
    running = null;
  }

  /** All timers that are due run in one go: nobody is answered in between. */
  function passLate(on: State): void {
    on.lateTimers -= 1;
    on.isInTimers = on.lateTimers > 0;
  }

  function machine(name: string, options: MachineOptions = {}): Machine {
    const { rate = 1, monoMs = 1_000, wallMs = WALL_MS } = options;
    const bornMs = nowMs;
    let wallOffsetMs = wallMs - monoMs;
    let usedMs = 0;
    let diedMs = Infinity;
    const mono = (): number => monoMs + (nowMs - bornMs) * rate;
    const state: State = {
      name,
      clock: {
        mono,
        now: () => Math.floor(mono() + wallOffsetMs),
        // No timer of Node is shorter than a millisecond.
        after: (ms, run) => plan(Math.max(1, ms) / rate, { machine: state, isTimer: true, run }),
      },
      cpuMs: () => usedMs,
      bornMs,
      diedMs: () => diedMs,
      isDead: () => diedMs < Infinity,
      timers: () => state.timerCount,
      pause: (ms) => stop(state, ms),
      compute(ms) {
        usedMs += ms;
        stop(state, ms);
      },
      suspend(ms) {
        stop(state, ms);
        // One that begins within another one only makes it longer.
        const untilMs = Math.max(state.suspendedUntilMs, nowMs + ms);
        shiftTimers(state, untilMs - Math.max(nowMs, state.suspendedUntilMs));
        state.suspendedUntilMs = untilMs;
      },
      setWallBy(ms) {
        wallOffsetMs += ms;
      },
      resume() {
        if (state.stoppedUntilMs <= nowMs) return;
        state.stoppedUntilMs = nowMs;
        if (state.suspendedUntilMs > nowMs) shiftTimers(state, nowMs - state.suspendedUntilMs);
        state.suspendedUntilMs = nowMs;
        resume(state);
      },
      isAnswering: () => diedMs === Infinity && state.stoppedUntilMs <= nowMs && !state.isInTimers,
      crash() {
        diedMs = nowMs;
        state.timerCount = 0;
        state.backlog.length = 0;
      },
      backlog: [],
      stoppedUntilMs: -Infinity,
      suspendedUntilMs: -Infinity,
      timerCount: 0,
      isTimersFirst: false,
      lateTimers: 0,
      isInTimers: false,
    };
    return state;
  }

  function stop(on: State, ms: number): void {
    on.stoppedUntilMs = Math.max(on.stoppedUntilMs, nowMs + ms);
    plan(ms, { machine: null, isTimer: false, run: () => on.stoppedUntilMs <= nowMs && resume(on) });
  }

  /** What waits comes first, in the order in which it came due; timers before messages at one time, and after them at the next. */
  function resume(on: State): void {
    const late = on.backlog.splice(0);
    on.isTimersFirst = !on.isTimersFirst;
    for (const next of late) {
      next.atMs = nowMs;
      next.order += next.isTimer === on.isTimersFirst ? -2 * LATE : -LATE;
      next.isLate = next.isTimer;
      queue.push(next);
    }
    on.lateTimers = late.filter(({ isTimer, isOff }) => isTimer && !isOff).length;
    on.isInTimers = on.isTimersFirst && on.lateTimers > 0;
  }

  function shiftTimers(on: State, ms: number): void {
    const all: Happening[] = [];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) all.push(next);
    for (const next of all) if (next.machine === on && next.isTimer) next.atMs += ms;
    queue = new TinyQueue(all, inOrder);
  }
}

const inOrder = (a: Happening, b: Happening): number => a.atMs - b.atMs || a.order - b.order;
