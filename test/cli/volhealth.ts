import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';

const STOP_WITHIN_MS = 5_000;
const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Waits until the output has `pattern`, and gives its first group. */
  readonly says: (pattern: RegExp) => Promise<string>;
  /** Sends a signal and gives the exit code; null where a signal ended it: as a supervisor does after five seconds. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

export interface Sandbox {
  readonly directory: string;
  /** Runs a command to its end, in the sandbox. */
  readonly run: (...args: string[]) => Promise<{ code: number | null; stdout: string; stderr: string }>;
  readonly start: (...args: string[]) => Running;
  /** Runs a script that lies in the sandbox. */
  readonly startScript: (file: string) => Running;
  /** As `start`, through a shell that passes no signal on, as npm does. */
  readonly startInShell: (args: string, env: NodeJS.ProcessEnv) => Running;
  /** Ends everything that was started, and removes the directory. */
  readonly close: () => void;
}

/** `volhealth` as real processes in a directory of their own. */
export function createSandbox(): Sandbox {
  const directory = mkdtempSync(join(tmpdir(), 'volhealth-'));
  const children: ChildProcess[] = [];

  const launch = (command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const { VOLHEALTH_URL: _url, npm_lifecycle_event: _npm, ...env } = process.env;
    const child = spawn(command, args, { cwd: directory, env: { ...env, VOLHEALTH_LOG: 'text', ...more } });
    children.push(child);
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        text[stream] += chunk;
      });
    }
    return { child, text };
  };

  return {
    directory,
    async run(...args) {
      const { child, text } = launch(process.execPath, [MAIN, ...args]);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, ...text };
    },
    start: (...args) => running(launch(process.execPath, [MAIN, ...args])),
    startScript: (file) => running(launch(process.execPath, [join(directory, file)])),
    startInShell: (args, env) => running(launch('sh', ['-c', `"${process.execPath}" "${MAIN}" ${args}; true`], env)),
    close() {
      for (const child of children) child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function running({ child, text }: { child: ChildProcess; text: { stdout: string; stderr: string } }): Running {
  const output = () => text.stdout + text.stderr;
  return {
    child,
    output,
    async says(pattern) {
      await vi.waitFor(() => expect(output()).toMatch(pattern), { timeout: 10_000, interval: 20 });
      return pattern.exec(output())?.[1] ?? '';
    },
    async end(signal = 'SIGTERM') {
      const ended = once(child, 'exit');
      child.kill(signal);
      const tooLate = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      const [code] = (await ended) as [number | null];
      clearTimeout(tooLate);
      return code;
    },
  };
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
