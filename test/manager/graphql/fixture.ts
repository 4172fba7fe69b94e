import { Readable } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import { type GraphqlOptions, type GraphqlServer, createGraphql } from '../../../manager/graphql/server.ts';
import type { Snapshot } from '../../../manager/snapshot.ts';
import { createConfiguredVfolders } from '../../../manager/vfolders.ts';
import type { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import type { VirtualFolder } from '../../../schema/vfolder.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import { formatVolumeHost, parseVolumeHost } from '../../../schema/volume-host.ts';

export const CHECKED_AT = '2026-01-22T10:00:00Z';

export function proxy(proxy_name: string, said: Partial<StorageProxyHealth> = {}): StorageProxyHealth {
  const status = said.status ?? 'healthy';
  return {
    proxy_name,
    status,
    is_healthy: status === 'healthy',
    last_checked_at: CHECKED_AT,
    error_message: null,
    since: CHECKED_AT,
    state_type: 'hard',
    attempt: 3,
    version: '26.2.0',
    protocol: 'trpc',
    warnings: [],
    ...said,
  };
}

export function volume(host: string, said: Partial<VolumeHealth> = {}): VolumeHealth {
  const { proxy: proxy_name, volume: volume_id } = parseVolumeHost(host) ?? { proxy: host, volume: '' };
  const status = said.status ?? 'healthy';
  return {
    proxy_name,
    volume_id,
    backend_type: 'vfs',
    status,
    status_info: null,
    is_healthy: status === 'healthy',
    is_degraded: false,
    reason: 'OK',
    last_checked_at: CHECKED_AT,
    since: CHECKED_AT,
    last_known_status: 'healthy',
    checks: [],
    ...said,
  };
}

export function unknown(host: string, said: Partial<VolumeHealth> = {}): VolumeHealth {
  const nothing = { backend_type: 'unknown', last_checked_at: null, since: null, last_known_status: null };
  return volume(host, { ...nothing, status: 'unknown', reason: 'PROXY_NOT_CONFIGURED', ...said });
}

export function snapshotOf(proxies: readonly StorageProxyHealth[], volumes: readonly VolumeHealth[]): Snapshot {
  const byHost = new Map(volumes.map((known) => [`${known.proxy_name}:${known.volume_id}`, known]));
  const known: Snapshot['volume'] = (host) => byHost.get(formatVolumeHost(host)) ?? null;
  return {
    proxies,
    volumes,
    volumesOf: (name) => volumes.filter(({ proxy_name }) => proxy_name === name),
    volume: known,
    effective: (host) => known(host) ?? unknown(formatVolumeHost(host)),
  };
}

/** What the design document draws: `proxy1` answers for a good and a bad volume, `proxy2` does not answer. */
export const documented = snapshotOf(
  [proxy('proxy1'), proxy('proxy2', { status: 'unhealthy', error_message: 'connection refused' })],
  [
    volume('proxy1:volume1', { backend_type: 'gpfs', status_info: 'GPFS cluster healthy, 8/8 nodes online' }),
    volume('proxy1:volume2', {
      backend_type: 'cephfs',
      status: 'offline',
      status_info: 'Ceph cluster unreachable',
      reason: 'MOUNT_STUCK',
      last_known_status: 'offline',
    }),
    unknown('proxy2:volume1', { backend_type: 'gpfs', reason: 'PROXY_UNREACHABLE' }),
  ],
);

export const FOLDER_ID = '7b6ac3f2-5d1c-4f8e-9d3a-0c1b2a3d4e5f';

export function folder(said: Partial<VirtualFolder> = {}): VirtualFolder {
  return { id: FOLDER_ID, name: 'data', host: 'proxy1:volume1', status: 'ready', ...said };
}

export function graphql(options: Partial<GraphqlOptions> = {}): GraphqlServer {
  return createGraphql({
    snapshot: () => documented,
    vfolders: createConfiguredVfolders([folder()]),
    checkVolume: async (host) => documented.volume(host),
    observer: () => ({ status: 'ok', since: CHECKED_AT, message: null, warnings: [] }),
    volumeHistory: () => [],
    proxyHistory: () => [],
    watch: () => Readable.from([]),
    graphiql: false,
    logError: (message, cause) => {
      throw new Error(message, { cause });
    },
    ...options,
  });
}

export interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the query asks for
  readonly data?: any;
  readonly errors?: readonly GraphQLFormattedError[];
}

export async function ask(server: GraphqlServer, query: string, variables?: object): Promise<Answer> {
  const response = await server.fetch(post(JSON.stringify({ query, variables })));
  return (await response.json()) as Answer;
}

export function post(body: string, headers: Record<string, string> = {}): Request {
  const sent = { 'content-type': 'application/json', accept: 'application/json', ...headers };
  return new Request('http://manager/graphql', { method: 'POST', headers: sent, body });
}

export const globalId = (text: string): string => Buffer.from(text).toString('base64');

/** The codes of an answer's errors. */
export function codes({ errors = [] }: Answer): unknown[] {
  return errors.map(({ extensions }) => extensions?.['code']);
}
