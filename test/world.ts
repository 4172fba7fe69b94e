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

const proxyToml = (volumes: readonly string[]) =>
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
  const running = new Map<string, { proxy: StorageProxy; fetch: (request: Request) => Response | Promise<Response> }>();
  const transitions: string[] = [];

  const startProxy = (name: string, volumes: readonly string[]) => {
    const { config } = parseProxyConfig(proxyToml(volumes), 'storage-proxy.toml');
    const epoch = `${name}@${clock.mono()}`;
    const proxy = createStorageProxy({ config, version: '1.0.0', epoch, askMount: mounts.ask, clock, random });
    const app = createProxyApp({ proxy, secret: SECRET, onError: raise });
    running.set(name, { proxy, fetch: app.fetch });
  };
  const killProxy = (name: string) => {
    running.get(name)?.proxy.stop();
    running.delete(name);
  };

  /** It answers, but asks its storages no more. */
  const stallProxy = (name: string) => running.get(name)?.proxy.stop();

  const fetchProxy: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const service = running.get(new URL(request.url).host);
    if (service === undefined) {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
    }
    const response = await service.fetch(request);
    if (new URL(request.url).pathname === '/manager-api/health') await held;
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

  const { config } = parseManagerConfig(MANAGER_TOML, 'manager.toml');
  const manager = createManager({
    config,
    epoch: `manager@${clock.mono()}`,
    clock,
    random,
    accessOf: (proxy) => {
      const access = { url: `http://${proxy}`, secret: SECRET, fetch: fetchProxy };
      return {
        client: createProxyClient({ ...access, random, after: clock.after }),
        poll: createHealthPoll(access),
      };
    },
    onTransition: (transition) => transitions.push(lineOf(transition)),
  });
  const app = createManagerApp({ manager, version: '1.0.0', graphiql: false, onError: raise });

  return {
    clock,
    mounts,
    manager,
    managerFetch: app.fetch,
    fetchProxy,
    startProxy,
    killProxy,
    stallProxy,
    holdReports,
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

function lineOf(transition: Transition): string {
  if (transition.of === 'observer') return `observer ${transition.event.data.current}`;
  const { subject, data } = transition.event;
  const reason = 'volume_id' in data ? ` ${data.reason}` : '';
  return `${subject} ${data.current}${reason} ${data.state_type}`;
}

function raise(error: unknown): void {
  throw error;
}
