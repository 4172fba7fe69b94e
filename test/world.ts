import { createProxyClient } from '../client/proxy-client.ts';
import { createManagerApp } from '../manager/app.ts';
import { parseManagerConfig } from '../manager/config.ts';
import { createHealthPoll } from '../client/health-poll.ts';
import type { Transition } from '../manager/announcer.ts';
import { createManager } from '../manager/manager.ts';
import { createProxyApp } from '../proxy/app.ts';
import { parseProxyConfig } from '../proxy/config.ts';
import { createStorageProxy, type StorageProxy } from '../proxy/storage-proxy.ts';
import { createFakeClock } from './fake-clock.ts';
import { createFakeMounts } from './fake-mounts.ts';

const SECRET = 'a shared secret';

export const proxyToml = (volumes: readonly string[]) =>
  `[api.manager]\nsecret = "${SECRET}"\n${volumes
    .map((name) => `[volume.${name}]\nbackend = "vfs"\npath = "/${name}"\nhealth_check_interval = "10s"`)
    .join('\n')}`;

const MANAGER_TOML = `
[proxies.proxy1]
manager_api = "http://proxy1"
secret = "${SECRET}"
[proxies.proxy2]
manager_api = "http://proxy2"
secret = "${SECRET}"
[[vfolder]]
id = "6f1c2a54-0a0b-4f6e-9a51-0123456789ab"
name = "photos"
host = "proxy1:volume1"
`;

const random = (): number => 0.5;

/** Two storage proxies and a manager in one process, joined by `fetch`; the test owns time and the storages. */
export function createWorld() {
  const clock = createFakeClock();
  const mounts = createFakeMounts();
  const running = new Map<string, RunningProxy>();
  const transitions: string[] = [];
  const used = { cpuMs: 0 };
  /** The process computes for so long that nothing else runs. */
  const compute = async (ms: number) => {
    used.cpuMs += ms;
    await clock.pause(ms);
  };
  /** What the manager asked of its proxies: name, path and query. */
  const asked: string[] = [];

  const startProxy = (name: string, volumes: readonly string[]) => {
    const { config } = parseProxyConfig(proxyToml(volumes), 'storage-proxy.toml');
    const epoch = `${name}@${clock.mono()}`;
    const proxy = createStorageProxy({ config, version: '1.0.0', epoch, askMount: mounts.ask, clock, random });
    const app = createProxyApp({ proxy, secret: SECRET, onError: raise });
    running.set(name, { proxy, fetch: app.fetch, connections: new AbortController(), held: null });
  };
  /** It goes on with another configuration. */
  const reloadProxy = (name: string, toml: string) =>
    running.get(name)?.proxy.reconfigure(parseProxyConfig(toml, 'storage-proxy.toml').config);
  const killProxy = (name: string) => {
    running.get(name)?.proxy.stop();
    cutStreams(name);
    running.delete(name);
  };
  /** Whoever listens to it is cut off, and may come back. */
  const cutStreams = (name: string) => {
    const proxy = running.get(name);
    proxy?.connections.abort(new TypeError('terminated'));
    if (proxy !== undefined) proxy.connections = new AbortController();
  };
  /** Nothing that it says arrives, and no connection ends, until the function that it returns is called. */
  const stopProxy = (name: string): (() => void) => {
    const proxy = running.get(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    if (proxy !== undefined) proxy.held = promise;
    return () => {
      if (proxy !== undefined) proxy.held = null;
      resolve();
    };
  };

  /** It answers, but asks its storages no more. */
  const stallProxy = (name: string) => running.get(name)?.proxy.stop();

  const fetchProxy: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const { host, pathname, search } = new URL(request.url);
    asked.push(`${host} ${pathname}${search}`);
    const service = running.get(host);
    if (service === undefined) {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
    }
    const response = await Promise.race([service.fetch(request), aborted(request.signal)]);
    if (service.held !== null) await Promise.race([service.held, aborted(request.signal)]);
    if (response.headers.get('content-type') === 'text/event-stream') return cuttable(response, service);
    if (pathname === '/manager-api/health') await held;
    return response;
  };
  /** Reports that are made from now on are on their way until the function that it returns is called. */
  let held = Promise.resolve();
  const holdReports = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    return () => {
      held = Promise.resolve();
      resolve();
    };
  };

  let { config } = parseManagerConfig(MANAGER_TOML, 'manager.toml');
  const startManager = () => {
    const manager = createManager({
      config,
      epoch: `manager@${clock.mono()}`,
      clock,
      random,
      cpuMs: () => used.cpuMs,
      accessOf: (_proxy, { manager_api: url }) => {
        const access = { url, secret: SECRET, fetch: fetchProxy };
        return {
          client: createProxyClient({ ...access, random, after: clock.after }),
          poll: createHealthPoll(access),
        };
      },
      onTransition: (transition) => transitions.push(lineOf(transition)),
    });
    return { manager, app: createManagerApp({ manager, version: '1.0.0', graphiql: false, onError: raise }) };
  };
  let { manager, app } = startManager();

  return {
    clock,
    mounts,
    get manager() {
      return manager;
    },
    managerFetch: (request: Request) => app.fetch(request),
    /** Has the manager go on with the tables of these proxies, of what each has beside its secret. */
    reconfigure(proxies: Readonly<Record<string, string>>) {
      const tables = Object.entries(proxies).map(([name, keys]) => `[proxies.${name}]\nsecret = "${SECRET}"\n${keys}`);
      ({ config } = parseManagerConfig(tables.join('\n'), 'manager.toml'));
      manager.reconfigure(config);
    },
    restartManager() {
      manager.stop();
      ({ manager, app } = startManager());
    },
    fetchProxy,
    startProxy,
    reloadProxy,
    killProxy,
    stallProxy,
    cutStreams,
    stopProxy,
    holdReports,
    asked,
    compute,
    proxyReport: (name: string) => running.get(name)?.proxy.report(),
    transitions,
    query: async (text: string): Promise<unknown> => {
      const request = new Request('http://manager/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: text }),
      });
      const { data, errors } = (await (await app.fetch(request)).json()) as { data: unknown; errors?: unknown };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
  };
}

interface RunningProxy {
  readonly proxy: StorageProxy;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  connections: AbortController;
  held: Promise<void> | null;
}

/** A stream that ends as a socket does when its proxy is killed, and is late when it is stopped. */
function cuttable({ body, status, headers }: Response, proxy: RunningProxy): Response {
  const line = new TransformStream<Uint8Array, Uint8Array>({
    async transform(chunk, controller) {
      await proxy.held;
      controller.enqueue(chunk);
    },
  });
  const { signal } = proxy.connections;
  return new Response(body?.pipeThrough(line, { signal }) ?? null, { status, headers });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

function lineOf(transition: Transition): string {
  if (transition.of === 'observer') return `observer ${transition.event.data.current}`;
  const { subject, data } = transition.event;
  const reason = 'volume_id' in data ? ` ${data.reason}` : '';
  return `${subject} ${data.current}${reason} ${data.state_type}`;
}

function raise(error: unknown): void {
  throw error;
}
