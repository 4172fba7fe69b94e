import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

/** A long-running process of a cluster. */
export interface Daemon {
  readonly start: () => void;
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** Kills it, stopped or not; resolves once it is gone. */
  readonly kill: () => Promise<void>;
}

/** It writes its log to `log`, and outlives this process: whoever owns its directory ends it. */
export function createDaemon(command: readonly [string, ...string[]], log: string): Daemon {
  const [program, ...args] = command;
  let child: ChildProcess | null = null;
  return {
    start() {
      const output = openSync(log, 'a');
      child = spawn(program, args, { cwd: '/', detached: true, stdio: ['ignore', output, output] });
      child.unref();
      closeSync(output);
    },
    signal: (signal) => void child?.kill(signal),
    async kill() {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      child.ref();
      await gone;
    },
  };
}
