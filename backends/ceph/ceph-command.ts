import { execFile } from 'node:child_process';
import { z } from 'zod';
import { findTool } from '../find-tool.ts';

const AbsolutePath = z
  .string({ error: 'expected an absolute path' })
  .regex(/^\//, { error: 'expected an absolute path' });

/** How the `ceph` program finds its cluster. */
export const CephAccess = z.strictObject({
  conf: AbsolutePath.default('/etc/ceph/ceph.conf').describe('Configuration of the Ceph client.'),
  client: z
    .string({ error: 'expected a name such as "client.admin"' })
    .default('client.admin')
    .describe("Name of a Ceph user that may `mon 'allow r'`."),
  keyring: AbsolutePath.optional().describe("The user's keyring, if the configuration does not name it."),
});
export type CephAccess = z.infer<typeof CephAccess>;

/** Runs `ceph` with these arguments; resolves with what it printed, rejects with a `CephFailed`. */
export type CephCommand = (args: readonly string[], signal: AbortSignal) => Promise<string>;

/** `ceph` could not be run, or ended badly; the message is the last line that it said. */
export class CephFailed extends Error {
  override readonly name = 'CephFailed';
  readonly kind: 'missing' | 'refused' | 'unknown name' | 'failed';
  constructor(kind: CephFailed['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Without it the program waits for a quorum for ever. */
const CONNECT_TIMEOUT_S = '5';
const MAX_OUTPUT_BYTES = 4 * 1_024 * 1_024;

export function createCephCommand({ conf, client, keyring }: CephAccess): CephCommand {
  const how = ['--conf', conf, '--name', client, ...(keyring === undefined ? [] : ['--keyring', keyring])];
  let lingering = 0;
  return async (args, signal) => {
    if (lingering > 0) throw new CephFailed('failed', 'a call that was given up has not ended yet');
    const tool = await findTool('ceph');
    if (tool === null) throw new CephFailed('missing', 'the program `ceph` is not installed (apt install ceph-common)');
    const all = [...how, '--connect-timeout', CONNECT_TIMEOUT_S, '--format', 'json', ...args];
    return new Promise((resolve, reject) => {
      const env = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
      const limits = { signal, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
      const child = execFile(tool, all, { cwd: '/', env, ...limits }, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const said = lastLine(stderr) ?? error.message;
        reject(signal.aborted ? signal.reason : new CephFailed(kindOf(said), said));
      });
      // It may outlive its SIGKILL, if its own files lie on a mount that hangs.
      signal.addEventListener('abort', () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        lingering += 1;
        child.once('exit', () => {
          lingering -= 1;
        });
        child.unref();
      });
    });
  };
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1) || undefined;
}

/** `[errno 13] RADOS permission denied`, `Error EACCES: access denied`, `Error ENOENT: filesystem 'x' not found`. */
function kindOf(said: string): CephFailed['kind'] {
  if (said.startsWith('Error ENOENT: filesystem')) return 'unknown name';
  return /errno 13\b|errno 1\b|EACCES|EPERM|permission denied|not permitted/i.test(said) ? 'refused' : 'failed';
}
