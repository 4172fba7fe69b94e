import type { Clock } from './clock.ts';

/** Calls back at many instants with one timer, however many there are. */
export interface Agenda<T> {
  readonly add: (atMs: number, entry: T) => void;
  /** Runs what has come due though its timer has not: for whoever cannot wait until it does. */
  readonly flush: () => void;
  readonly clear: () => void;
}

/** A timer stands still while the machine is suspended; the clock does not. No longer than this is it trusted. */
const LOOK_EVERY_MS = 5_000;

/**
 * `run` gets everything that has come due, earliest first, and how late the timer was. Entries are not removed before
 * their time: whoever runs them sees whether they still hold.
 */
export function createAgenda<T>(clock: Clock, run: (due: readonly T[], lateMs: number) => void): Agenda<T> {
  const heap: { atMs: number; entry: T }[] = [];
  let cancel: (() => void) | null = null;
  let armedForMs = Infinity;

  return {
    add(atMs, entry) {
      push({ atMs, entry });
      arm();
    },
    flush() {
      if (heap[0] !== undefined && heap[0].atMs <= clock.mono()) runDue(0);
    },
    clear() {
      heap.length = 0;
      cancel?.();
      cancel = null;
      armedForMs = Infinity;
    },
  };

  function arm(): void {
    const next = heap[0];
    if (next === undefined || next.atMs >= armedForMs) return;
    cancel?.();
    armedForMs = next.atMs;
    cancel = clock.after(Math.min(Math.max(0, next.atMs - clock.mono()), LOOK_EVERY_MS), tick);
  }

  function tick(): void {
    const nowMs = clock.mono();
    const lateMs = Math.max(0, nowMs - armedForMs);
    cancel = null;
    armedForMs = Infinity;
    runDue(lateMs);
    arm();
  }

  function runDue(lateMs: number): void {
    const nowMs = clock.mono();
    const due: T[] = [];
    // A timer may fire a fraction of a millisecond early.
    while (heap[0] !== undefined && heap[0].atMs <= nowMs + 1) due.push(pop());
    if (due.length > 0) run(due, lateMs);
  }

  function push(item: { atMs: number; entry: T }): void {
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.atMs <= item.atMs) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  function pop(): T {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child + 1 < heap.length && heap[child + 1]!.atMs < heap[child]!.atMs) child += 1;
        if (child >= heap.length || heap[child]!.atMs >= last.atMs) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = last;
    }
    return first.entry;
  }
}
