import type { MountAnswer, MountQuestion, MountStep } from '../../../backends/mount/mount-question.ts';
import type { MountPoolOptions } from '../../../backends/mount/worker-pool.ts';
import type { WorkerEvents } from '../../../backends/mount/worker.ts';

/** A worker that does what the test says. */
export interface FakeWorker {
  /** The path that it is in; `null` when it is idle. */
  path: string | null;
  hasEnded: boolean;
  readonly start: () => void;
  readonly step: (step: MountStep) => void;
  readonly answer: (answer?: MountAnswer) => void;
  readonly die: (why: string) => void;
}

/** What a pool needs of the outside world, in the hands of a test. */
export function createFakeWorkers() {
  const workers: FakeWorker[] = [];
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  let nowMs = 0;
  const options = {
    fork: (events: WorkerEvents) => {
      const worker: FakeWorker = {
        path: null,
        hasEnded: false,
        start: events.onReady,
        step: events.onStep,
        answer(answer = {}) {
          worker.path = null;
          events.onAnswer(answer);
        },
        die(why) {
          worker.hasEnded = true;
          events.onLost(why);
        },
      };
      workers.push(worker);
      return {
        ask({ path }: MountQuestion) {
          worker.path = path;
        },
        end() {
          worker.hasEnded = true;
        },
      };
    },
    after: (ms: number, callback: () => void) => {
      const timer = { atMs: nowMs + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  } satisfies MountPoolOptions;

  return {
    options,
    /** All that were ever forked, in that order. */
    workers,
    alive: () => workers.filter(({ hasEnded }) => !hasEnded),
    /** The worker that is asking the path. */
    at: (path: string): FakeWorker => {
      const worker = workers.find((candidate) => !candidate.hasEnded && candidate.path === path);
      if (worker === undefined) throw new Error(`nobody asks ${path}`);
      return worker;
    },
    /** Lets that much time pass, with every timer that runs out meanwhile. */
    elapse: (ms: number): void => {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        nowMs = next.atMs;
        timers.delete(next);
        next.callback();
      }
      nowMs = endMs;
    },
  };
}
