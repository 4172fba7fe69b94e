import type { Job, Result } from './job.ts';
import { startWorker, type WorkerOptions, type WorkerProcess } from './worker-process.ts';

export interface PoolOptions extends WorkerOptions {
  /** How many workers there are. */
  readonly workers: number;
  /** What is to be done next; null: nothing more. */
  readonly next: () => Job | null;
  readonly onResult: (result: Result) => void;
  /** Ends the workers, whatever they do. */
  readonly signal?: AbortSignal;
}

/**
 * Does jobs in processes of their own, each one job after the other. A job that its process dies of has failed, and the
 * next one gets a new process. Resolves, with what the ring is to reach, once nothing is left to be done.
 */
export async function runPool(options: PoolOptions): Promise<readonly string[]> {
  const { workers, next, onResult } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  let reachable: readonly string[] = [];
  try {
    await Promise.all(Array.from({ length: workers }, workOn));
    return reachable;
  } finally {
    over.abort();
  }

  async function workOn(): Promise<void> {
    let worker: WorkerProcess | null = null;
    for (let job = next(); job !== null && !signal.aborted; job = next()) {
      if (worker === null || worker.isDead()) worker = await start();
      const result = await worker.work(job);
      if (result !== null) onResult(result);
    }
  }

  async function start(): Promise<WorkerProcess> {
    const worker = await startWorker(options);
    ({ reachable } = worker);
    if (signal.aborted) worker.end();
    else signal.addEventListener('abort', worker.end);
    return worker;
  }
}
