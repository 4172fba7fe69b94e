import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../cli/volhealth.ts';
import { childrenRunning } from './processes.ts';
import { runCommand } from './run-command.ts';

export interface PostgresOptions {
  /** PEM texts that it serves TLS with, and of the authority whose clients alone may connect. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  readonly maxConnections?: number;
}

/** A real PostgreSQL on a port and a socket of its own, with a database `backend`. Roles need a password over TCP. */
export interface PostgresServer {
  readonly port: number;
  /** Where its Unix socket is. */
  readonly directory: string;
  /** Starts it, or starts it again with all that it held; resolves once it answers. */
  readonly start: () => Promise<void>;
  /** Ends it as an administrator does, who waits for nobody; resolves once it is gone. */
  readonly stop: () => Promise<void>;
  /** Stops all of its processes where they are, or has them go on. */
  readonly signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
  /** Runs statements as its owner, and gives what they print: a line a row, `|` between columns. */
  readonly sql: (statements: string) => Promise<string>;
  /** Ends it for good, and removes its data. */
  readonly close: () => Promise<void>;
}

/** Debian keeps its programs apart from all others, by version. */
const PROGRAMS =
  globSync('/usr/lib/postgresql/*/bin/postgres')
    .map((path) => dirname(path))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1) ?? null;

/** It will not run as root: then it runs as the user that Debian makes for it, or as nobody. */
const OWNER: Ids | null | undefined = process.getuid?.() === 0 ? (idsOf('postgres') ?? idsOf('nobody')) : undefined;

/** Why no PostgreSQL can be started here; null if one can. */
export const noPostgres: string | null =
  PROGRAMS === null
    ? 'there is no PostgreSQL here (apt install postgresql)'
    : OWNER === null
      ? 'there is no user here that PostgreSQL could run as'
      : null;

const EXPECTED_WITHIN_MS = 20_000;

export async function createPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'volhealth-postgres-'));
  const data = join(directory, 'data');
  const port = await freePort();
  own(directory);
  // Its owner's group and others may pass, or a test that runs as root could not be told from one that does not.
  chmodSync(directory, 0o755);
  const asOwner = {
    ...OWNER,
    cwd: directory,
    env: { ...process.env, LC_ALL: 'C', PGHOST: directory, PGPORT: `${port}` },
  };
  const made = spawnSync(program('initdb'), ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...asOwner,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  configure(data, { ...options, port, directory });
  let child: ChildProcess | null = null;

  const server: PostgresServer = {
    port,
    directory,
    async start() {
      const postgres = spawn(program('postgres'), ['-D', data], { ...asOwner, stdio: ['ignore', 'ignore', 'pipe'] });
      child = postgres;
      let said = '';
      await new Promise<void>((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`PostgreSQL does not start: ${said}`)), EXPECTED_WITHIN_MS);
        postgres.stderr.on('data', (text: Buffer) => {
          said = `${said}${String(text)}`.slice(-4_000);
          if (!said.includes('ready to accept connections')) return;
          clearTimeout(limit);
          resolve();
        });
        postgres.once('exit', () => reject(new Error(`PostgreSQL has ended: ${said}`)));
      });
    },
    stop: () => ended('SIGINT'),
    signal(signal) {
      if (child?.pid === undefined) return;
      for (const pid of [child.pid, ...childrenRunning('', child.pid)]) {
        try {
          process.kill(pid, signal);
        } catch {
          // It has ended meanwhile.
        }
      }
    },
    sql: (statements) =>
      new Promise((resolve, reject) => {
        const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', 'owner', '-d', 'backend'];
        const psql = execFile(program('psql'), args, asOwner, (error, stdout, stderr) => {
          if (error === null) resolve(stdout.trimEnd());
          else reject(new Error(stderr, { cause: error }));
        });
        psql.stdin?.end(statements);
      }),
    async close() {
      server.signal('SIGCONT');
      await ended('SIGQUIT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await server.start();
  runAs(asOwner, 'createdb', '-U', 'owner', 'backend');
  return server;

  async function ended(signal: NodeJS.Signals): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}

function configure(data: string, { tls, maxConnections = 50, port, directory }: PostgresOptions & Place): void {
  const settings = [
    `port = ${port}`,
    `listen_addresses = '127.0.0.1'`,
    `unix_socket_directories = '${directory}'`,
    `max_connections = ${maxConnections}`,
    'superuser_reserved_connections = 1',
    'fsync = off',
    'full_page_writes = off',
    'autovacuum = off',
    'max_wal_size = 4GB',
    ...(tls === undefined ? [] : ['ssl = on']),
    ...(tls?.clientCa === undefined ? [] : [`ssl_ca_file = 'ca.pem'`]),
  ];
  const files = {
    'postgresql.conf': settings.join('\n'),
    'pg_hba.conf': [
      'local all owner trust',
      'local all all scram-sha-256',
      tls === undefined
        ? 'host all all 127.0.0.1/32 scram-sha-256'
        : `hostssl all all 127.0.0.1/32 scram-sha-256${tls.clientCa === undefined ? '' : ' clientcert=verify-ca'}`,
    ].join('\n'),
    ...(tls === undefined ? {} : { 'server.crt': tls.cert, 'server.key': tls.key }),
    ...(tls?.clientCa === undefined ? {} : { 'ca.pem': tls.clientCa }),
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(data, name), `${text}\n`, { mode: 0o600 });
    own(join(data, name));
  }
}

interface Place {
  readonly port: number;
  readonly directory: string;
}

function program(name: string): string {
  return join(PROGRAMS ?? '', name);
}

function runAs(as: object, name: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program(name), args, { ...as, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

function idsOf(user: string): Ids | null {
  try {
    return { uid: Number(runCommand('id', '-u', user)), gid: Number(runCommand('id', '-g', user)) };
  } catch {
    return null;
  }
}

function own(path: string): void {
  if (OWNER != null) chownSync(path, OWNER.uid, OWNER.gid);
}
