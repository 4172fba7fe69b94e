import { createHealthPoll } from '../client/health-poll.ts';
import { createProxyClient } from '../client/proxy-client.ts';
import { createRestAsking } from '../client/rest-asking.ts';
import type { ProxyAccess } from '../manager/proxy-link.ts';
import { streamPace } from '../manager/storage-health-checker.ts';
import { isHttps } from '../manager/tls-remarks.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';
import { clientTlsOf } from './client-tls.ts';
import { lightFetch } from './light-fetch.ts';
import type { Log } from './log.ts';
import { openRenewedAgent, type RenewedAgent } from './renewed-agent.ts';
import { CannotRun } from './run.ts';
import { fetchThrough } from './tls-agent.ts';

/** Whoever calls sets the deadline; this only bounds what nobody waits for any more. */
const MAX_TIMEOUT_MS = 120_000;

type Proxies = Readonly<Record<string, ProxyEntry>>;

export interface ProxyAccesses {
  /** Throws where no such proxy is configured. */
  readonly accessOf: (proxy: string) => ProxyAccess;
  /**
   * Speaks with these from now on: who is as before keeps his access. Resolves to those that it speaks with, which are
   * all. A proxy whose certificates cannot be used stops that with a `CannotRun`, and nothing changes; where somebody
   * hears of refusals, it only costs itself: it goes on as it was, or is left out.
   */
  readonly update: (proxies: Proxies, onRefused?: (refused: RefusedProxy) => void) => Promise<Proxies>;
  /** Reads every certificate again now. Never rejects: what cannot be used is logged. */
  readonly reload: () => Promise<void>;
  /** Follows no file any more; what is under way goes on. */
  readonly stop: () => void;
}

/** A proxy that cannot be spoken with as configured. */
export interface RefusedProxy {
  /** What is wrong, what to do about it, and what becomes of the proxy. */
  readonly sentence: string;
  /** Those of its files that may be at fault. */
  readonly files: readonly string[];
}

interface Opened {
  readonly entry: ProxyEntry;
  readonly access: ProxyAccess;
  readonly agent: RenewedAgent | undefined;
  /** All that it was made of. */
  readonly made: string;
}

/** How the manager speaks with each of its configured proxies. Rejects with a `CannotRun` for a certificate. */
export async function openProxyAccess(proxies: Proxies, log: Log): Promise<ProxyAccesses> {
  let opened: ReadonlyMap<string, Opened> = new Map();
  await update(proxies);
  return {
    accessOf(proxy) {
      const access = opened.get(proxy)?.access;
      if (access === undefined) throw new Error(`no proxy "${proxy}" is configured`);
      return access;
    },
    update,
    async reload() {
      await Promise.all(Array.from(opened.values(), async ({ agent }) => agent?.reload()));
    },
    stop() {
      stopAll(opened.values());
    },
  };

  async function update(wanted: Proxies, onRefused?: (refused: RefusedProxy) => void): Promise<Proxies> {
    const { silenceMs } = streamPace(Object.keys(wanted).length);
    const next = new Map<string, Opened>();
    try {
      for (const [name, entry] of Object.entries(wanted)) {
        const former = opened.get(name);
        const now = await reopened(name, { entry, silenceMs, former, onRefused });
        if (now !== undefined) next.set(name, now);
      }
    } catch (error) {
      stopAll(left(next, opened));
      throw error;
    }
    const gone = left(opened, next);
    opened = next;
    stopAll(gone);
    return Object.fromEntries(Array.from(next, ([name, { entry }]) => [name, entry]));
  }

  async function reopened(
    name: string,
    { entry, silenceMs, former, onRefused }: Reopening,
  ): Promise<Opened | undefined> {
    const made = JSON.stringify(entry);
    if (former?.made === made) return former;
    try {
      return { ...(await openAccess(name, { entry, silenceMs, log })), entry, made };
    } catch (error) {
      if (onRefused === undefined || !(error instanceof CannotRun)) throw error;
      const outcome = former === undefined ? 'is left out' : 'goes on as it was';
      const { ca, client_cert, client_key } = entry;
      const files = [ca, client_cert, client_key].filter((file) => file !== undefined);
      onRefused({ sentence: `${error.message}; the proxy ${outcome}`, files });
      return former;
    }
  }
}

interface Reopening {
  readonly entry: ProxyEntry;
  readonly silenceMs: number;
  readonly former: Opened | undefined;
  readonly onRefused: ((refused: RefusedProxy) => void) | undefined;
}

async function openAccess(
  name: string,
  { entry, silenceMs, log }: { readonly entry: ProxyEntry; readonly silenceMs: number; readonly log: Log },
): Promise<Pick<Opened, 'access' | 'agent'>> {
  const { manager_api: url, secret } = entry;
  const table = `proxies.${name}`;
  const agent = isHttps(url) ? await openRenewedAgent(clientTlsOf(table, entry), { table, log }) : undefined;
  const fetch = agent === undefined ? globalThis.fetch : fetchThrough(agent.dispatcher);
  const client = createProxyClient({ url, secret, timeoutMs: MAX_TIMEOUT_MS, silenceMs, fetch });
  const asking = { url, secret, fetch: lightFetch(agent?.dispatcher) };
  return { access: { client, poll: createHealthPoll(asking), rest: createRestAsking(asking) }, agent };
}

/** What the one has and the other has not. */
function left(one: ReadonlyMap<string, Opened>, other: ReadonlyMap<string, Opened>): readonly Opened[] {
  return [...one].flatMap(([name, opened]) => (other.get(name) === opened ? [] : [opened]));
}

function stopAll(opened: Iterable<Opened>): void {
  for (const { agent } of opened) agent?.stop();
}
