import type { MountCall } from './mount-call.ts';
import type { MountAnswer } from './mount-question.ts';
import type { ForkWorker, MountWorker } from './worker.ts';

/** A place in the pool: a worker, the call that it is in, and whether that is slow, or has fallen silent. */
export interface Seat {
  readonly call: () => MountCall | null;
  readonly isSilent: () => boolean;
  readonly isSlow: () => boolean;
  /** Counts its call as silent from now on. Only for a slow one. */
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
  /** A call that waits longer for its worker's start is silent, too. */
  readonly startMs: number;
  readonly onSlow: () => void;
  readonly onSilent: (call: MountCall) => void;
  readonly onAnswer: (call: MountCall, answer: MountAnswer, wasSilent: boolean) => void;
  /** The worker is gone, and with it the call that it was in. */
  readonly onLost: (call: MountCall | null, why: string) => void;
}

export function createSeat(options: SeatOptions): Seat {
  const { fork, after, slowMs, silentMs, startMs, onSlow, onSilent, onAnswer, onLost } = options;
  let worker: MountWorker | null = null;
  let call: MountCall | null = null;
  let isSlow = false;
  let isSilent = false;
  let disarm: (() => void) | null = null;

  return { call: () => call, isSilent: () => isSilent, isSlow: () => isSlow && !isSilent, giveUp, take, end };

  function take(next: MountCall): void {
    call = next;
    if (worker !== null) return send();
    arm(startMs, giveUp);
    try {
      worker = fork({ onReady: send, onStep: (step) => call?.reach(step), onAnswer: finish, onLost: lose });
    } catch (error) {
      lose(`it cannot be started: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  function send(): void {
    if (worker === null || call === null) return;
    isSlow = false;
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
    disarm?.();
    isSilent = true;
    onSilent(call);
  }

  function finish(answer: MountAnswer): void {
    if (call === null) return lose('it answered without being asked');
    disarm?.();
    const [answered, wasSilent] = [call, isSilent];
    call = null;
    isSlow = false;
    isSilent = false;
    onAnswer(answered, answer, wasSilent);
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
