import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher, fetch as undiciFetch } from 'undici';
import { createHealthPoll } from '../client/health-poll.ts';
import { createProxyClient } from '../client/proxy-client.ts';
import type { ProxyAccess } from '../manager/proxy-link.ts';
import { streamPace } from '../manager/storage-health-checker.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';
import { lightFetch } from './light-fetch.ts';
import { CannotRun } from './run.ts';

/** Whoever calls sets the deadline; this only bounds what nobody waits for any more. */
const MAX_TIMEOUT_MS = 120_000;

/** How the manager speaks with each of its configured proxies, with its own certificate authority. */
export function proxyAccess(proxies: Readonly<Record<string, ProxyEntry>>): (proxy: string) => ProxyAccess {
  const { silenceMs } = streamPace(Object.keys(proxies).length);
  const accesses = new Map(
    Object.entries(proxies).map(([name, entry]) => {
      const { manager_api: url, secret } = entry;
      const dispatcher = dispatcherOf(name, entry);
      const fetch = fetchOf(dispatcher);
      const client = createProxyClient({ url, secret, timeoutMs: MAX_TIMEOUT_MS, silenceMs, fetch });
      return [name, { client, poll: createHealthPoll({ url, secret, fetch: lightFetch(dispatcher) }) }] as const;
    }),
  );
  return (proxy) => {
    const access = accesses.get(proxy);
    if (access === undefined) throw new Error(`no proxy "${proxy}" is configured`);
    return access;
  };
}

/** What a proxy's certificate needs; undefined where the usual way will do. */
function dispatcherOf(name: string, { ca, ssl_verify }: ProxyEntry): Dispatcher | undefined {
  if (ca === undefined && ssl_verify) return undefined;
  if (!ssl_verify) console.error(`warning: proxies.${name}  ssl_verify = false: its certificate is not verified`);
  return new Agent({
    connect: { rejectUnauthorized: ssl_verify, ...(ca === undefined ? {} : { ca: pemOf(name, ca) }) },
  });
}

/** Node's own `fetch` takes no certificate authority; undici's does. */
function fetchOf(dispatcher: Dispatcher | undefined): typeof globalThis.fetch {
  if (dispatcher === undefined) return globalThis.fetch;
  return ((input: string, init: object) => undiciFetch(input, { ...init, dispatcher })) as never;
}

function pemOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CannotRun(`proxies.${name}.ca: cannot read ${file}: ${(error as Error).message}`);
  }
}
