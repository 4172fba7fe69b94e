import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MOUNT_STEPS, type MountAnswer, type MountQuestion, type MountStep } from './mount-question.ts';

/** A process that asks mounts, one question at a time. */
export interface MountWorker {
  readonly ask: (question: MountQuestion) => void;
  /** Ends it without waiting: a process in a hung call may outlive its SIGKILL. Nothing is heard of it again. */
  readonly end: () => void;
}

export interface WorkerEvents {
  readonly onReady: () => void;
  readonly onStep: (step: MountStep) => void;
  readonly onAnswer: (answer: MountAnswer) => void;
  /** It died, babbled, or never came to life. Heard at most once, and last. */
  readonly onLost: (why: string) => void;
}

/** Starts a worker; may throw when no process can be started. */
export type ForkWorker = (events: WorkerEvents) => MountWorker;

/** Windows has none. */
const HAS_GROUPS = process.platform !== 'win32';
const EXTENSION = extname(import.meta.filename);
const CHILD = new URL(`./child${EXTENSION}`, import.meta.url);
/** Started from its sources, a worker is half as large if it need not load the compiler. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/volhealth', import.meta.url));
const ENVIRONMENT = EXTENSION === '.ts' ? { NODE_COMPILE_CACHE: COMPILED } : {};

/**
 * Forks a worker that holds nothing of the service's: no pipe, no socket, no environment, no working directory on a
 * volume; and that keeps the service from ending neither by living nor by hanging. It leads a process group of its
 * own, with what it may have started; signals to the service's group do not reach it.
 */
export const forkWorker = (events: WorkerEvents, program: URL = CHILD): MountWorker => {
  const child = fork(program, [], {
    cwd: '/',
    env: ENVIRONMENT,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    detached: HAS_GROUPS,
  });
  let asked: MountQuestion | null = null;
  let ended = false;
  child.unref();
  child.channel?.unref();
  child.on('error', (error) => lose(`it cannot be started or reached: ${error.message}`));
  child.on('exit', (code, signal) => lose(`it ended with ${signal ?? `exit code ${code}`}`));
  child.on('message', (message) => {
    if (!ended) hear(message);
  });
  return { ask, end };

  function ask(question: MountQuestion): void {
    asked = question;
    child.send(question);
  }

  function hear(message: unknown): void {
    if (message === 'ready') events.onReady();
    else if (isStep(message)) events.onStep(message);
    else if (asked !== null && isAnswer(message, asked)) events.onAnswer(message);
    else lose('it said something that cannot be understood');
  }

  function lose(why: string): void {
    if (ended) return;
    end();
    events.onLost(why);
  }

  function end(): void {
    if (ended) return;
    ended = true;
    if (child.pid !== undefined) kill(HAS_GROUPS ? -child.pid : child.pid);
    if (child.connected) child.disconnect();
  }
};

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

const isStep = (message: unknown): message is MountStep => (MOUNT_STEPS as readonly unknown[]).includes(message);

/** A look ends with the last step's answer or a failure, everything else with an outcome. */
function isAnswer(message: unknown, { act }: MountQuestion): message is MountAnswer {
  if (typeof message !== 'object' || message === null) return false;
  return act === 'look' ? 'failure' in message || 'statfs' in message : 'outcome' in message;
}
