import type { Etcd3, IOptions } from 'etcd3';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { EtcdConfig } from '../../schema/etcd-config.ts';
import type { KeyStore } from './key-store.ts';

const TIMEOUT_MS = 5_000;
/** A server that has lost its network, or is stopped, says nothing of it: its silence ends the watch. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 10_000, 'grpc.keepalive_timeout_ms': 5_000 };

/** Connects to one member of an etcd, for the keys that begin with `prefix`. Rejects if a file cannot be read. */
export async function openEtcd(config: EtcdConfig, member: number, prefix: string): Promise<KeyStore> {
  const options = optionsFor(config, member);
  // Loaded by those alone who have an etcd: it is as large as all the rest.
  const { Etcd3: Client } = await import('etcd3');
  const client: Etcd3 = new Client(options);
  let cut: (() => void) | null = null;
  return {
    async read() {
      return new Map(Object.entries(await client.getAll().prefix(prefix).strings()));
    },
    async watch({ onChange, onBroken }) {
      const stream = await client.watchClient.watch();
      cut = () => stream.cancel();
      await new Promise<void>((resolve, reject) => {
        const limit = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)), TIMEOUT_MS);
        const broken = (error: Error): void => {
          clearTimeout(limit);
          reject(error);
          onBroken(error);
        };
        stream.on('error', broken);
        stream.on('end', () => broken(new Error('etcd ended the watch')));
        stream.on('data', ({ created, canceled, cancel_reason, events }) => {
          if (canceled) return broken(new Error(cancel_reason || 'etcd ended the watch'));
          if (created) {
            clearTimeout(limit);
            resolve();
          }
          if (events.length > 0) onChange();
        });
        stream.write({ create_request: { key: Buffer.from(prefix), range_end: endOf(prefix) } });
      });
    },
    close() {
      cut?.();
      client.close();
    },
  };
}

function optionsFor(config: EtcdConfig, member: number): IOptions {
  const { addr, user, password, client_cert, client_key } = config;
  const { host, port } = addr[member]!;
  const { ssl_enabled = config.ca !== undefined || client_cert !== undefined } = config;
  return {
    hosts: `${ssl_enabled ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    grpcOptions: KEEPALIVE,
    defaultCallOptions: ({ isStream }) => (isStream ? {} : timely()),
    ...(user && password ? { auth: { username: user, password, callOptions: timely } } : {}),
    ...(ssl_enabled ? { credentials: credentialsOf(config) } : {}),
  };

  function credentialsOf({ ca }: EtcdConfig): NonNullable<IOptions['credentials']> {
    const rootCertificate = ca === undefined ? Buffer.from(rootCertificates.join('\n')) : readFileSync(ca);
    if (client_cert === undefined || client_key === undefined) return { rootCertificate };
    return { rootCertificate, certChain: readFileSync(client_cert), privateKey: readFileSync(client_key) };
  }
}

const timely = () => ({ deadline: Date.now() + TIMEOUT_MS });

/** The first key behind all those that begin with `prefix`, which ends with a slash. */
const endOf = (prefix: string): Buffer => Buffer.from(`${prefix.slice(0, -1)}0`);
