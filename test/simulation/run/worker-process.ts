import { type ChildProcess, fork } from 'node:child_process';
import type { Clock } from '../../../probe/clock.ts';
import type { Job, Result, WorkerMessage } from './job.ts';
import { lostRun } from './lost-run.ts';
import type { RingName } from '../rings.ts';

export interface WorkerOptions {
  /** The file that it runs. */
  readonly file: URL;
  readonly ring: RingName;
  readonly clock: Pick<Clock, 'after'>;
  /** A worker that says nothing for so long is stuck, and is killed. */
  readonly silentMs: number;
  /** Hears of each thing that a worker tells. */
  readonly onMessage?: (message: WorkerMessage) => void;
}

/** A process of its own that runs seeds. */
export interface WorkerProcess {
  readonly reachable: readonly string[];
  /** Does one job. That it dies of it, or gets stuck in it, is what becomes of the job; null where it was ended. */
  readonly work: (job: Job) => Promise<Result | null>;
  readonly isDead: () => boolean;
  readonly end: () => void;
}

interface Doing {
  readonly job: Job;
  readonly done: PromiseWithResolvers<Result | null>;
  found: Result | null;
}

/** How much of what it last printed is kept. */
const KEPT_OUTPUT = 4_000;

/** Rejects if it does not come up: its ring cannot be loaded, say. */
export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const { file, ring, clock, silentMs, onMessage = () => {} } = options;
  const child = fork(file, [ring], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output = keepOutput(child);
  const ready = Promise.withResolvers<readonly string[]>();
  let doing: Doing | null = null;
  let where = 'its start';
  let isEnded = false;
  let isStuck = false;
  let isDead = false;
  let disarm = clock.after(silentMs, giveUp);

  child.on('message', (message: WorkerMessage) => {
    rearm();
    if (message.type === 'ready') ready.resolve(message.reachable);
    if (message.type === 'alive') where = message.where;
    if (message.type === 'found' && doing !== null) doing.found = message.result;
    if (message.type === 'ready' || (message.type === 'found' && message.isLast)) rest();
    onMessage(message);
  });
  // Said of a message that comes too late for it; that it is closed says all.
  child.on('error', () => {});
  child.on('close', (code, signal) => {
    isDead = true;
    const how = isStuck ? `got stuck after ${where}` : `died after ${where}: ${signal ?? `exit code ${code}`}`;
    ready.reject(new Error(`a worker for the ring ${ring} ${how}\n${output()}`));
    if (doing !== null && !isEnded) {
      doing.found ??= { run: lostRun(doing.job, { how, isStuck, output: output() }), shrunk: null };
    }
    rest();
  });

  const reachable = await ready.promise;
  return {
    reachable,
    work(job) {
      doing = { job, done: Promise.withResolvers(), found: null };
      where = 'its start';
      rearm();
      child.send(job);
      return doing.done.promise;
    },
    isDead: () => isDead || isStuck,
    end() {
      isEnded = true;
      child.kill('SIGKILL');
    },
  };

  function rearm(): void {
    disarm();
    disarm = clock.after(silentMs, giveUp);
  }

  function giveUp(): void {
    isStuck = true;
    child.kill('SIGKILL');
  }

  function rest(): void {
    disarm();
    doing?.done.resolve(doing.found);
    doing = null;
  }
}

function keepOutput({ stdout, stderr }: ChildProcess): () => string {
  let kept = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-KEPT_OUTPUT);
    });
  }
  return () => kept;
}
