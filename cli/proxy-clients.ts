import { readFileSync } from 'node:fs';
import { Agent, fetch as undiciFetch } from 'undici';
import { createProxyClient, type ProxyClient } from '../client/proxy-client.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';
import { CannotRun } from './run.ts';

/** Whoever calls sets the deadline; this only bounds what nobody waits for any more. */
const MAX_TIMEOUT_MS = 120_000;

/** The manager's clients of its configured proxies, each with its own certificate authority. */
export function proxyClients(proxies: Readonly<Record<string, ProxyEntry>>): (proxy: string) => ProxyClient {
  const clients = new Map(
    Object.entries(proxies).map(([name, entry]) => {
      const { manager_api: url, secret } = entry;
      return [
        name,
        createProxyClient({ url, secret, timeoutMs: MAX_TIMEOUT_MS, fetch: fetchOf(name, entry) }),
      ] as const;
    }),
  );
  return (proxy) => {
    const client = clients.get(proxy);
    if (client === undefined) throw new Error(`no proxy "${proxy}" is configured`);
    return client;
  };
}

/** Node's own `fetch` takes no certificate authority; undici's does. */
function fetchOf(name: string, { ca, ssl_verify }: ProxyEntry): typeof globalThis.fetch {
  if (ca === undefined && ssl_verify) return globalThis.fetch;
  if (!ssl_verify) console.error(`warning: proxies.${name}  ssl_verify = false: its certificate is not verified`);
  const dispatcher = new Agent({
    connect: { rejectUnauthorized: ssl_verify, ...(ca === undefined ? {} : { ca: pemOf(name, ca) }) },
  });
  return ((input: string, init: object) => undiciFetch(input, { ...init, dispatcher })) as never;
}

function pemOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CannotRun(`proxies.${name}.ca: cannot read ${file}: ${(error as Error).message}`);
  }
}
