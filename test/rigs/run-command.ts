import { execFileSync } from 'node:child_process';

/** Runs a program of the system to its end, and returns what it printed. Throws with what it complained of. */
export function runCommand(command: string, ...args: string[]): string {
  return execFileSync(command, args, {
    stdio: 'pipe',
    encoding: 'utf8',
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 10_000,
  });
}
