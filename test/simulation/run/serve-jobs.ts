import type { Job, WorkerMessage } from './job.ts';
import { realMs } from './real-time.ts';
import type { Ring } from '../ring.ts';
import type { RingName, Rings } from '../rings.ts';
import { runSeed } from './run-seed.ts';
import { shrink } from './shrink.ts';

const TELL_EVERY_MS = 250;

/** What a worker process does: the jobs that it is sent, one after the other, in the ring that its argument names. */
export async function serveJobs(rings: Rings): Promise<void> {
  // The process that it works for ends it, also where somebody interrupts both.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
  const ring = await rings[process.argv[2] as RingName]();
  process.on('message', (job: Job) => void work(ring, job));
  tell({ type: 'ready', reachable: ring.reachable });
}

async function work(ring: Ring, job: Job): Promise<void> {
  const { seed, shrinkMs, ...options } = job;
  let toldMs = realMs();
  const alive = (where: () => string): void => {
    if (realMs() - toldMs < TELL_EVERY_MS) return;
    toldMs = realMs();
    tell({ type: 'alive', where: where() });
  };
  const run = await runSeed(ring, seed, { ...options, onStep: (step) => alive(() => `step ${step}`) });
  const isLast = run.failure === null || shrinkMs === null;
  tell({ type: 'found', result: { run, shrunk: null }, isLast });
  if (isLast) return;
  const shrunk = await shrink(ring, run, { budgetMs: shrinkMs, onStep: () => alive(() => 'it was found to fail') });
  tell({ type: 'found', result: { run, shrunk }, isLast: true });
}

function tell(message: WorkerMessage): void {
  process.send!(message);
}
