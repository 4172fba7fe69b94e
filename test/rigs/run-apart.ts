import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LIMIT_MS = 20_000;

/**
 * Runs a command in a process of its own and gives what it prints. One that hangs on a mount is given up: it is killed,
 * but never waited for, as it may live on until the mount answers.
 */
export async function runApart(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, {
    cwd: '/',
    signal: AbortSignal.timeout(LIMIT_MS),
    killSignal: 'SIGKILL',
  });
  return stdout;
}
