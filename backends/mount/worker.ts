import { fork } from 'node:child_process';
import { extname } from 'node:path';
import type { MountEvidence, MountStep } from './mount-asker.ts';

/** A process that asks mounts, one path at a time. */
export interface MountWorker {
  readonly ask: (path: string) => void;
  /** Ends it at once, and does not wait for that: a process in a hung call may outlive its SIGKILL. Nothing is heard of it again. */
  readonly end: () => void;
}

export interface WorkerEvents {
  readonly onReady: () => void;
  readonly onStep: (step: MountStep) => void;
  readonly onEvidence: (evidence: MountEvidence) => void;
  /** It died, babbled, or never came to life. Heard at most once, and last. */
  readonly onLost: (why: string) => void;
}

/** Starts a worker; may throw when no process can be started. */
export type ForkWorker = (events: WorkerEvents) => MountWorker;

const CHILD = new URL(`./child${extname(import.meta.filename)}`, import.meta.url);
const STEPS: readonly unknown[] = ['identity', 'stat', 'open', 'statfs'] satisfies MountStep[];

/**
 * Forks a worker that holds nothing of the service's: no pipe, no socket, no environment, no working directory on a
 * volume; and that keeps the service from ending neither by living nor by hanging.
 */
export const forkWorker: ForkWorker = (events) => {
  const child = fork(CHILD, [], {
    cwd: '/',
    env: {},
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
  let ended = false;
  child.unref();
  child.channel?.unref();
  child.on('error', (error) => lose(`it cannot be started or reached: ${error.message}`));
  child.on('exit', (code, signal) => lose(`it ended with ${signal ?? `exit code ${code}`}`));
  child.on('message', (message) => {
    if (!ended) hear(message);
  });
  return { ask: (path) => void child.send(path), end };

  function hear(message: unknown): void {
    if (message === 'ready') events.onReady();
    else if (isStep(message)) events.onStep(message);
    else if (typeof message === 'object' && message !== null) events.onEvidence(message);
    else lose('it said something that cannot be understood');
  }

  function lose(why: string): void {
    if (ended) return;
    end();
    events.onLost(why);
  }

  function end(): void {
    ended = true;
    child.kill('SIGKILL');
    if (child.connected) child.disconnect();
  }
};

const isStep = (message: unknown): message is MountStep => STEPS.includes(message);
