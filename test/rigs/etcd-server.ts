import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../cli/volhealth.ts';

export interface EtcdOptions {
  /** PEM files of the server, and of the authority whose clients alone may connect. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

/** A real etcd on a port of its own. */
export interface EtcdServer {
  readonly port: number;
  /** Starts it, or starts it again with all that it held; resolves once it answers. */
  readonly start: () => Promise<void>;
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** Kills it, stopped or not; resolves once it is gone. */
  readonly kill: () => Promise<void>;
  /** Runs `etcdctl`, and gives what it prints. */
  readonly ctl: (...args: string[]) => Promise<string>;
  /** Runs commands of `etcdctl` as one transaction. */
  readonly ctlTransaction: (commands: readonly string[]) => Promise<void>;
  /** Ends it for good, and removes its data. */
  readonly close: () => Promise<void>;
}

const isThere = (program: string): boolean => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;

/** Why no etcd can be started here; null if one can. */
export const noEtcd: string | null =
  isThere('etcd') && isThere('etcdctl') ? null : 'there is no etcd here (apt install etcd-server etcd-client)';

const ENV = { ...process.env, ETCDCTL_API: '3' };

const EXPECTED_WITHIN_MS = 15_000;

export async function createEtcd({ tls }: EtcdOptions = {}): Promise<EtcdServer> {
  const directory = mkdtempSync(join(tmpdir(), 'volhealth-etcd-'));
  const [port, peerPort] = [await freePort(), await freePort()];
  const client = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const args = [
    `--data-dir=${join(directory, 'data')}`,
    '--name=only',
    `--initial-cluster=only=${peer}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    ...(tls === undefined ? [] : ['--cert-file', tls.cert, '--key-file', tls.key]),
    ...(tls?.clientCa === undefined ? [] : ['--client-cert-auth', '--trusted-ca-file', tls.clientCa]),
  ];
  let child: ChildProcess | null = null;

  const server: EtcdServer = {
    port,
    async start() {
      const etcd = spawn('etcd', args, { stdio: ['ignore', 'ignore', 'pipe'] });
      child = etcd;
      await new Promise<void>((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error('etcd does not start')), EXPECTED_WITHIN_MS);
        etcd.stderr.on('data', (text: Buffer) => {
          if (!text.includes('ready to serve client requests')) return;
          clearTimeout(limit);
          resolve();
        });
        etcd.once('exit', () => reject(new Error('etcd has ended')));
      });
    },
    signal: (signal) => void child?.kill(signal),
    async kill() {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async ctl(...command) {
      const { stdout } = await promisify(execFile)('etcdctl', ['--endpoints', client, ...command], {
        env: ENV,
      });
      return stdout;
    },
    async ctlTransaction(commands) {
      const ctl = spawn('etcdctl', ['--endpoints', client, 'txn'], { env: ENV, stdio: ['pipe', 'ignore', 'inherit'] });
      const ended = once(ctl, 'exit');
      // No conditions, what to do, and what to do else.
      ctl.stdin.end(`\n${commands.join('\n')}\n\n\n`);
      await ended;
    },
    async close() {
      await server.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return server;
}
