import type { Seed } from '../ring.ts';
import type { Run } from './run-seed.ts';

/** What a worker process is given to do. */
export interface Job {
  readonly seed: Seed;
  readonly steps: number;
  readonly leftOut: ReadonlySet<number>;
  /** How long to look for a smaller run that fails in the same way; null: not at all. */
  readonly shrinkMs: number | null;
}

/** What became of it. */
export interface Result {
  readonly run: Run;
  /** Null unless one was looked for, and found. */
  readonly shrunk: Run | null;
}

/** What a worker process tells. */
export type WorkerMessage =
  | { readonly type: 'ready'; readonly reachable: readonly string[] }
  /** It is not stuck. */
  | { readonly type: 'alive'; readonly where: string }
  /** What it has found out so far. */
  | { readonly type: 'found'; readonly result: Result; readonly isLast: boolean };
