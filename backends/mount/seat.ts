import type { MountCall } from './mount-call.ts';
import type { MountAnswer } from './mount-question.ts';
import type { ForkWorker, MountWorker } from './worker.ts';

/** A place in the pool: a worker, the call that it is in, and whether that is slow, or has fallen silent. */
export interface Seat {
  readonly call: () => MountCall | null;
  readonly isSilent: () => boolean;
  readonly isSlow: () => boolean;
  /** Counts its call as silent from now on, though its time is not up. */
  readonly giveUp: () => void;
  /** Puts the call to the worker, which is started for the first one. Only for a seat without a call. */
  readonly take: (call: MountCall) => void;
  /** Ends the worker, without a word more. */
  readonly end: () => void;
}

export interface SeatOptions {
  readonly fork: ForkWorker;
  /** Calls back once after `ms`; the function it returns takes that back. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** A call that takes longer is slow: it counts as silent if others wait. */
  readonly slowMs: number;
  /** A call that takes longer is silent, even if nobody waits. */
  readonly silentMs: number;
  /** A call that is out for longer, once it is silent, is late: a question to be wary of next time. */
  readonly lateMs: number;
  /** A worker that takes longer to start is lost. */
  readonly startMs: number;
  readonly onSlow: () => void;
  readonly onSilent: () => void;
  readonly onAnswer: (call: MountCall, answer: MountAnswer, pace: Pace) => void;
  /** The worker is gone, and with it the call that it was in. */
  readonly onLost: (call: MountCall | null, why: string) => void;
}

/** How long an answer took: by the time that the seat was given. */
export interface Pace {
  readonly wasSlow: boolean;
  readonly wasLate: boolean;
}

export function createSeat(options: SeatOptions): Seat {
  const { fork, after, slowMs, silentMs, lateMs, startMs, onSlow, onSilent, onAnswer, onLost } = options;
  let worker: MountWorker | null = null;
  let call: MountCall | null = null;
  let isSlow = false;
  let isSilent = false;
  let isLate = false;
  let disarm: (() => void) | null = null;

  return { call: () => call, isSilent: () => isSilent, isSlow: () => isSlow && !isSilent, giveUp, take, end };

  function take(next: MountCall): void {
    call = next;
    if (worker !== null) return send();
    arm(startMs, () => lose('it did not start in time'));
    try {
      worker = fork({ onReady: send, onStep: (step) => call?.reach(step), onAnswer: finish, onLost: lose });
    } catch (error) {
      lose(`it cannot be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  function send(): void {
    if (worker === null || call === null) return;
    arm(slowMs, slowDown);
    worker.ask(call.question);
  }

  function arm(ms: number, callback: () => void): void {
    disarm?.();
    disarm = after(ms, callback);
  }

  function slowDown(): void {
    isSlow = true;
    arm(silentMs - slowMs, giveUp);
    onSlow();
  }

  function giveUp(): void {
    if (call === null) return;
    isSilent = true;
    arm(lateMs, () => {
      isLate = true;
    });
    onSilent();
  }

  function finish(answer: MountAnswer): void {
    if (call === null) return lose('it answered without being asked');
    disarm?.();
    const answered = call;
    const pace = { wasSlow: isSlow, wasLate: isLate };
    call = null;
    [isSlow, isSilent, isLate] = [false, false, false];
    onAnswer(answered, answer, pace);
  }

  function lose(why: string): void {
    end();
    onLost(call, why);
  }

  function end(): void {
    disarm?.();
    worker?.end();
  }
}
