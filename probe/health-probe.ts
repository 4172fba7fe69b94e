import { createAgenda } from './agenda.ts';
import { type Clock, type Moment, moment } from './clock.ts';
import { createLagMeter } from './lag.ts';
import { isAborted, type Outcome, outcomeOf } from './outcome.ts';
import { type Due, firstDue, nextDue } from './schedule.ts';
import { nextState, type Reading, type TargetState, UNASKED } from './target-state.ts';

export interface Target<A> {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Asks once. It should settle soon after `signal` aborts; while it does not, it is not called again. */
  readonly ask: (signal: AbortSignal) => Promise<A>;
}

export interface HealthProbeOptions<A, R extends Reading> {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Says what an outcome means. Pure, and never throws. */
  readonly read: (outcome: Outcome<A>, target: Target<A>, id: string) => R;
  /** All the processor time that this process has used, in milliseconds: tells being busy from being stopped. */
  readonly cpuMs?: () => number;
  /** Hears that something made this process deaf: to one target, or, where null, to all. */
  readonly onDisturbance?: (id: string | null) => void;
}

/** What this process was told while it could not listen proves nothing: until asked again, nothing known is current. */
export interface Disturbance {
  readonly at: Moment;
  /** paused: stopped, suspended or starved by others; overloaded: too busy itself to hear an answer in time. */
  readonly why: 'paused' | 'overloaded';
}

export interface HealthProbe<A, R extends Reading> {
  /** Starts asking `target`. Throws if the id is taken. */
  readonly register: (id: string, target: Target<A>) => void;
  /** Stops asking; a probe that is out is aborted and its outcome dropped. */
  readonly unregister: (id: string) => void;
  /**
   * Asks something else from now on, and soon, under the same id: what is known stays until it has answered. A probe that
   * is out is aborted and its outcome dropped; whoever waits for it hears of the new one. Throws if the id is not
   * registered.
   */
  readonly retarget: (id: string, target: Target<A>) => void;
  /**
   * Asks the same in another way from now on, such as at another pace: what is known stays, and its next turn is reckoned
   * from when it was asked last. A probe that is out stays out, but not for longer than the new timeout. Throws if the id
   * is not registered.
   */
  readonly adjust: (id: string, target: Target<A>) => void;
  /** What is known of a target; `undefined` if it is not registered. */
  readonly state: (id: string) => TargetState<A, R> | undefined;
  /** When the target is asked next, on the monotonic clock. */
  readonly nextDueMs: (id: string) => number | undefined;
  /**
   * Asks now, or joins the probe that is out, and resolves with the state after it: within the target's timeout.
   * Rejects only if the id is not registered.
   */
  readonly checkNow: (id: string) => Promise<TargetState<A, R>>;
  /** Hears of every outcome; the function it returns ends that. */
  readonly onOutcome: (listener: OutcomeListener<A, R>) => () => void;
  /** What has made this process deaf to the target since it was last heard; null if nothing has. */
  readonly disturbance: (id: string) => Disturbance | null;
  readonly stop: () => void;
}

export type OutcomeListener<A, R extends Reading> = (
  id: string,
  state: TargetState<A, R>,
  previous: TargetState<A, R>,
) => void;

/** A timer this late means that the process was stopped, suspended or starved: what is out then proves nothing. */
const PAUSE_MS = 2_000;

/** Until it is first scheduled. */
const NEVER: Due = { nominalMs: Infinity, dueMs: Infinity };

interface Slot<A, R extends Reading> {
  readonly id: string;
  target: Target<A>;
  state: TargetState<A, R>;
  /** Of this target alone; one that concerns all is kept once. */
  disturbance: Disturbance | null;
  due: Due;
  call: Call<A, R> | null;
}

interface Call<A, R extends Reading> {
  readonly startedAt: Moment;
  /** Since when it has been waited for, not counting the time before a pause. */
  waitingSinceMs: number;
  readonly controller: AbortController;
  readonly done: PromiseWithResolvers<TargetState<A, R>>;
  deadlineMs: number;
  /** The lag there had been when it was made, and how much since has been added to its time. */
  readonly lagBeforeMs: number;
  forgivenMs: number;
  /** Its deadline has passed: a timeout has been recorded and the call is still out. */
  expired: boolean;
  /** It was out while the process was paused: whatever it brings is dropped and asked again. */
  disturbed: boolean;
}

type Entry<A, R extends Reading> = { readonly slot: Slot<A, R> } & (
  | { readonly due: Due }
  | { readonly call: Call<A, R> }
);

/**
 * Asks many targets, each at its own interval, with its own deadline and at most one call out; keeps what each said
 * last. One timer serves them all; another measures the lag of this process, which is no silence of theirs.
 */
export function createHealthProbe<A, R extends Reading>(options: HealthProbeOptions<A, R>): HealthProbe<A, R> {
  const { clock, random, read, cpuMs = () => 0, onDisturbance = () => {} } = options;
  const slots = new Map<string, Slot<A, R>>();
  const listeners = new Set<OutcomeListener<A, R>>();
  const agenda = createAgenda<Entry<A, R>>(clock, run);
  const lag = createLagMeter(clock, cpuMs);
  let disturbed: Disturbance | null = null;

  return {
    register(id, target) {
      if (slots.has(id)) throw new Error(`${id} is registered already`);
      const slot: Slot<A, R> = { id, target, state: UNASKED, disturbance: null, due: NEVER, call: null };
      slots.set(id, slot);
      // Once all that are registered together are known: they are spread over a time that grows with their number.
      queueMicrotask(() => {
        if (slots.get(id) === slot) spread(slot);
      });
    },
    unregister,
    retarget(id, target) {
      const before = slots.get(id);
      if (before === undefined) throw new Error(`${id} is not registered`);
      const slot: Slot<A, R> = { ...before, target, due: NEVER, call: null };
      slots.set(id, slot);
      const { call } = before;
      if (call === null) {
        spread(slot);
        return;
      }
      call.controller.abort(new Error(`${id} is asked something else`));
      start(slot).then(call.done.resolve, call.done.reject);
    },
    adjust(id, target) {
      const slot = slots.get(id);
      if (slot === undefined) throw new Error(`${id} is not registered`);
      const isOtherPace = slot.target.intervalMs !== target.intervalMs;
      slot.target = target;
      if (slot.call !== null && !slot.call.expired) hasten(slot, slot.call);
      if (isOtherPace) reckonAnew(slot);
    },
    state: (id) => slots.get(id)?.state,
    nextDueMs: (id) => slots.get(id)?.due.dueMs,
    async checkNow(id) {
      const slot = slots.get(id);
      if (slot === undefined) throw new Error(`${id} is not registered`);
      return ask(slot);
    },
    onOutcome(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    disturbance(id) {
      const slot = slots.get(id);
      const checkedMs = slot?.state.checkedAt?.mono;
      if (slot === undefined || checkedMs === undefined) return null;
      return [slot.disturbance, disturbed].find((one) => one !== null && one.at.mono > checkedMs) ?? null;
    },
    stop() {
      for (const id of slots.keys()) unregister(id);
      agenda.clear();
      lag.stop();
    },
  };

  function unregister(id: string): void {
    const slot = slots.get(id);
    if (slot === undefined) return;
    slots.delete(id);
    slot.call?.controller.abort(new Error(`${id} is no longer registered`));
    slot.call?.done.resolve(slot.state);
  }

  function run(entries: readonly Entry<A, R>[], lateMs: number): void {
    if (lateMs > PAUSE_MS) resume();
    for (const entry of entries) {
      const { slot } = entry;
      if (slots.get(slot.id) !== slot) continue;
      if ('call' in entry) expire(slot, entry.call);
      else if (slot.due === entry.due) void ask(slot);
    }
  }

  /**
   * Begins anew with every target: a call that was out during a pause gets its whole time again and is not believed,
   * the others are asked soon.
   */
  function resume(): void {
    const before = disturbed?.at.mono ?? -Infinity;
    const at = moment(clock);
    disturbed = { at, why: lag.wasBusy() ? 'overloaded' : 'paused' };
    for (const slot of slots.values()) {
      const { call } = slot;
      if (call !== null) call.waitingSinceMs = at.mono;
      if (call === null || call.expired) {
        // Not asked since the last pause: its turn from then holds, or pauses in a row would put it off for ever.
        if ((slot.state.checkedAt?.mono ?? -Infinity) >= before) spread(slot);
      } else {
        restart(slot, call);
      }
    }
    onDisturbance(null);
  }

  /** Gives a call that is out its whole time once more, from now on; what it brings is not believed. */
  function restart(slot: Slot<A, R>, call: Call<A, R>): void {
    call.disturbed = true;
    call.deadlineMs = clock.mono() + slot.target.timeoutMs;
    call.forgivenMs = lag.totalMs() - call.lagBeforeMs;
    agenda.add(call.deadlineMs, { slot, call });
  }

  function spread(slot: Slot<A, R>): void {
    const { id, target } = slot;
    slot.due = firstDue(id, target.intervalMs, { nowMs: clock.mono(), targets: slots.size });
    agenda.add(slot.due.dueMs, { slot, due: slot.due });
  }

  function hasten(slot: Slot<A, R>, call: Call<A, R>): void {
    call.deadlineMs = Math.min(call.deadlineMs, clock.mono() + slot.target.timeoutMs);
    agenda.add(call.deadlineMs, { slot, call });
  }

  /** Its turn as it would be if it had been asked at this pace before. */
  function reckonAnew(slot: Slot<A, R>): void {
    const { state, target } = slot;
    const askedMs = state.checkedAt?.mono ?? -Infinity;
    const { intervalMs } = target;
    const last = { nominalMs: askedMs, dueMs: askedMs };
    const due = nextDue(last, { intervalMs, state, nowMs: askedMs, random: random() });
    // One that was never asked, or would have been meanwhile.
    if (!(due.dueMs > clock.mono())) return spread(slot);
    slot.due = due;
    agenda.add(due.dueMs, { slot, due });
  }

  function ask(slot: Slot<A, R>): Promise<TargetState<A, R>> {
    const out = slot.call;
    if (out === null) return start(slot);
    if (!out.expired) return out.done.promise;
    return Promise.resolve(record(slot, out, timeoutOf(slot, out)));
  }

  function start(slot: Slot<A, R>): Promise<TargetState<A, R>> {
    const startedAt = moment(clock);
    const call: Call<A, R> = {
      startedAt,
      waitingSinceMs: startedAt.mono,
      controller: new AbortController(),
      done: Promise.withResolvers(),
      deadlineMs: startedAt.mono + slot.target.timeoutMs,
      lagBeforeMs: lag.totalMs(),
      forgivenMs: 0,
      expired: false,
      disturbed: false,
    };
    slot.call = call;
    agenda.add(call.deadlineMs, { slot, call });
    void outcomeOf(slot.target.ask, call.controller.signal).then((outcome) => settle(slot, call, outcome));
    return call.done.promise;
  }

  function settle(slot: Slot<A, R>, call: Call<A, R>, outcome: Outcome<A>): void {
    if (slots.get(slot.id) !== slot) return;
    slot.call = null;
    if (call.disturbed && !call.expired) {
      start(slot).then(call.done.resolve, call.done.reject);
    } else if (!call.expired) {
      record(slot, call, outcome);
    } else if (!isAborted(call.controller.signal, outcome)) {
      settleLate(slot, call, outcome);
    }
  }

  /** A failure is one however late it is told. What else comes back too late says that it pays to ask anew. */
  function settleLate(slot: Slot<A, R>, call: Call<A, R>, outcome: Outcome<A>): void {
    if (outcome.kind === 'answer') {
      if (!read(outcome, slot.target, slot.id).ok) {
        record(slot, call, outcome);
        return;
      }
      slot.state = { ...slot.state, lastAnswer: outcome.answer };
    }
    void start(slot);
  }

  function expire(slot: Slot<A, R>, call: Call<A, R>): void {
    if (slot.call !== call || call.expired || clock.mono() + 1 < call.deadlineMs) return;
    if (isForgiven(slot, call)) return;
    call.expired = true;
    call.controller.abort(new DOMException(`no answer in ${slot.target.timeoutMs} ms`, 'TimeoutError'));
    record(slot, call, timeoutOf(slot, call));
  }

  /**
   * Time in which this process could not run is not the target's silence: the call gets it back. Where it is more than
   * the call had in all, nothing can be said of the target until it is heard.
   */
  function isForgiven(slot: Slot<A, R>, call: Call<A, R>): boolean {
    const lagMs = lag.totalMs() - call.lagBeforeMs;
    const owedMs = lagMs - call.forgivenMs;
    if (owedMs <= 0) return false;
    const wasOverloaded = call.forgivenMs > slot.target.timeoutMs;
    call.forgivenMs = lagMs;
    call.deadlineMs = clock.mono() + owedMs;
    agenda.add(call.deadlineMs, { slot, call });
    if (lagMs > slot.target.timeoutMs && !wasOverloaded) {
      slot.disturbance = { at: moment(clock), why: 'overloaded' };
      onDisturbance(slot.id);
    }
    return true;
  }

  function timeoutOf({ target: { timeoutMs } }: Slot<A, R>, call: Call<A, R>): Outcome<A> {
    return { kind: 'timeout', timeoutMs, waitedMs: clock.mono() - call.waitingSinceMs };
  }

  /** Takes an outcome in, and answers whoever waits for it. */
  function record(slot: Slot<A, R>, { startedAt, done }: Call<A, R>, outcome: Outcome<A>): TargetState<A, R> {
    const previous = slot.state;
    const finishedAt = moment(clock);
    const reading = read(outcome, slot.target, slot.id);
    const state = nextState(previous, { outcome, reading, startedAt, finishedAt });
    slot.state = state;
    slot.due = nextDue(slot.due, {
      intervalMs: slot.target.intervalMs,
      state,
      nowMs: finishedAt.mono,
      random: random(),
    });
    agenda.add(slot.due.dueMs, { slot, due: slot.due });
    done.resolve(state);
    for (const listener of listeners) listener(slot.id, state, previous);
    return state;
  }
}
