import { createHealthPoll } from '../client/health-poll.ts';
import { createProxyClient } from '../client/proxy-client.ts';
import type { ProxyAccess } from '../manager/proxy-link.ts';
import { streamPace } from '../manager/storage-health-checker.ts';
import { isHttps } from '../manager/tls-remarks.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';
import type { ClientTls } from './client-tls.ts';
import { lightFetch } from './light-fetch.ts';
import type { Log } from './log.ts';
import { openRenewedAgent, type RenewedAgent } from './renewed-agent.ts';
import { fetchThrough } from './tls-agent.ts';

/** Whoever calls sets the deadline; this only bounds what nobody waits for any more. */
const MAX_TIMEOUT_MS = 120_000;

export interface ProxyAccesses {
  readonly accessOf: (proxy: string) => ProxyAccess;
  /** Reads every certificate again now. Never rejects: what cannot be used is logged. */
  readonly reload: () => Promise<void>;
  /** Follows no file any more; what is under way goes on. */
  readonly stop: () => void;
}

/** How the manager speaks with each of its configured proxies. Rejects with a `CannotRun` for a certificate. */
export async function openProxyAccess(proxies: Readonly<Record<string, ProxyEntry>>, log: Log): Promise<ProxyAccesses> {
  const { silenceMs } = streamPace(Object.keys(proxies).length);
  const accesses = new Map<string, ProxyAccess>();
  const agents: RenewedAgent[] = [];
  for (const [name, entry] of Object.entries(proxies)) {
    const { manager_api: url, secret } = entry;
    const agent = isHttps(url)
      ? await openRenewedAgent(clientTlsOf(name, entry), { table: `proxies.${name}`, log })
      : undefined;
    if (agent !== undefined) agents.push(agent);
    const fetch = agent === undefined ? globalThis.fetch : fetchThrough(agent.dispatcher);
    const client = createProxyClient({ url, secret, timeoutMs: MAX_TIMEOUT_MS, silenceMs, fetch });
    accesses.set(name, { client, poll: createHealthPoll({ url, secret, fetch: lightFetch(agent?.dispatcher) }) });
  }
  return {
    accessOf(proxy) {
      const access = accesses.get(proxy);
      if (access === undefined) throw new Error(`no proxy "${proxy}" is configured`);
      return access;
    },
    async reload() {
      await Promise.all(agents.map((agent) => agent.reload()));
    },
    stop() {
      for (const agent of agents) agent.stop();
    },
  };
}

/** How a proxy's entry says that it is to be connected with, in files that are named as the entry names them. */
export function clientTlsOf(name: string, { ssl_verify, ca, client_cert, client_key }: ProxyEntry): ClientTls {
  const named = (key: keyof ProxyEntry, file: string) => ({ key: `proxies.${name}.${key}`, file });
  return {
    isVerified: ssl_verify,
    ca: ca === undefined ? undefined : named('ca', ca),
    identity:
      client_cert === undefined || client_key === undefined
        ? undefined
        : { cert: named('client_cert', client_cert), key: named('client_key', client_key) },
  };
}
