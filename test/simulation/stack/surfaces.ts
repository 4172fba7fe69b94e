import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Manager } from '../../../manager/manager.ts';
import { ObserverHealth } from '../../../schema/observer-health.ts';
import { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import { VolumeHealth } from '../../../schema/volume-health.ts';
import { formatVolumeHost, parseVolumeHost } from '../../../schema/volume-host.ts';
import { allFolders } from '../../manager/all-folders.ts';
import { readerOf, selectionOf } from './graphql-shape.ts';
import type { App } from './serve-over-wire.ts';
import { Violation } from '../world/violation.ts';

/** Of volumes and folders, so many are asked for by name, spread over all. */
const ASKED_ALONE = 3;

/** One answer of one surface, and what it should be. */
interface Claim {
  readonly surface: string;
  readonly schema: z.ZodObject;
  readonly told: readonly unknown[];
  readonly truth: readonly unknown[];
}

interface Asked {
  readonly hosts: readonly string[];
  readonly folders: readonly string[];
}

/** Throws a `Violation` where a manager's app says on one of its surfaces what is not in the manager's snapshot. */
export async function compareSurfaces(manager: Manager, app: App): Promise<void> {
  const snapshot = manager.snapshot();
  const { proxies, volumes } = snapshot;
  const observer = [manager.observer()];
  const folders = spread(await allFolders(manager.vfolders)).filter(({ host }) => host !== '');
  const alone = spread(volumes);
  const asked = { hosts: alone.map(hostOf), folders: folders.map(({ id }) => id) };
  const [graphql, trpc] = await Promise.all([askGraphql(app, asked), askTrpc(app, asked)]);

  const claims: Claim[] = [graphql, trpc].flatMap(({ name, ...told }) => [
    { surface: `${name} storageProxyHealthList`, schema: StorageProxyHealth, told: told.proxies, truth: proxies },
    { surface: `${name} volumeHealthList`, schema: VolumeHealth, told: told.volumes, truth: volumes },
    { surface: `${name} volumeHealth`, schema: VolumeHealth, told: told.alone, truth: alone },
    { surface: `${name} observerHealth`, schema: ObserverHealth, told: told.observer, truth: observer },
  ]);
  claims.push(
    { surface: 'GraphQL storageHealthList', schema: StorageProxyHealth, told: graphql.listed, truth: proxies },
    { surface: 'GraphQL storageHealthList', schema: VolumeHealth, told: graphql.nested, truth: volumes },
    {
      surface: 'GraphQL volumeHealthList(status: HEALTHY)',
      schema: VolumeHealth,
      told: graphql.healthy,
      truth: volumes.filter(({ status }) => status === 'healthy'),
    },
    {
      surface: 'GraphQL vfolderNode',
      schema: VolumeHealth,
      told: graphql.ofFolders,
      truth: folders.map(({ host }) => snapshot.effective(parseVolumeHost(host)!)),
    },
  );
  for (const claim of claims) compare(claim);
}

function compare({ surface, schema, told, truth }: Claim): void {
  if (told.length !== truth.length) {
    throw new Violation('alike', `${surface} has ${told.length} entries, the snapshot ${truth.length}`);
  }
  for (const [index, row] of truth.entries()) {
    for (const key of Object.keys(schema.shape)) {
      const [is, says] = [row, told[index]].map((of) => (of as Record<string, unknown> | null)?.[key] ?? null);
      if (isDeepStrictEqual(is, says)) continue;
      const detail = `${key} of ${nameOf(row)} is ${JSON.stringify(is)}, ${surface} says ${JSON.stringify(says)}`;
      throw new Violation('alike', detail);
    }
  }
}

function nameOf(row: unknown): string {
  const { proxy_name, volume_id } = row as Partial<VolumeHealth>;
  return [proxy_name ?? 'the observer', volume_id].filter((part) => part !== undefined).join(':');
}

const readVolume = readerOf(VolumeHealth);
const readProxy = readerOf(StorageProxyHealth);
const readObserver = readerOf(ObserverHealth);

const VOLUME = selectionOf(VolumeHealth);
const PROXY = selectionOf(StorageProxyHealth);

async function askGraphql(app: App, { hosts, folders }: Asked) {
  const query = `{
    storageProxyHealthList ${PROXY}
    volumeHealthList ${VOLUME}
    healthy: volumeHealthList(status: [HEALTHY]) ${VOLUME}
    storageHealthList { ...on StorageProxyHealth ${PROXY} volumes ${VOLUME} }
    observerHealth ${selectionOf(ObserverHealth)}
    ${hosts.map((host, index) => `volume${index}: volumeHealth(host: ${JSON.stringify(host)}) ${VOLUME}`).join('\n')}
    ${folders.map((id, index) => `folder${index}: vfolderNode(id: "${id}") { storageHealth ${VOLUME} }`).join('\n')}
  }`;
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify({ query });
  const { data, errors } = await answerTo(
    app,
    new Request('http://manager/graphql', { method: 'POST', headers, body }),
  );
  if (errors !== undefined) throw new Violation('alike', `GraphQL answers ${JSON.stringify(errors)}`);
  const listed = data.storageHealthList as { volumes: unknown[] }[];
  return {
    name: 'GraphQL',
    proxies: data.storageProxyHealthList.map(readProxy),
    volumes: data.volumeHealthList.map(readVolume),
    healthy: data.healthy.map(readVolume),
    alone: hosts.map((_, index) => readVolume(data[`volume${index}`])),
    observer: [readObserver(data.observerHealth)],
    listed: listed.map(readProxy),
    nested: listed.flatMap(({ volumes }) => volumes.map(readVolume)),
    ofFolders: folders.map((_, index) => readVolume(data[`folder${index}`]?.storageHealth)),
  };
}

async function askTrpc(app: App, { hosts }: Asked) {
  const ask = async (procedure: string, input?: object) => {
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    const { result, error } = await answerTo(app, new Request(`http://manager/trpc/${procedure}${query}`));
    if (error !== undefined) throw new Violation('alike', `tRPC answers ${JSON.stringify(error)}`);
    return result.data;
  };
  const [proxies, volumes, observer, ...alone] = await Promise.all([
    ask('storageProxyHealthList'),
    ask('volumeHealthList'),
    ask('observerHealth'),
    ...hosts.map((host) => ask('volumeHealth', { host })),
  ]);
  return { name: 'tRPC', proxies, volumes, alone, observer: [observer] };
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever was asked for
async function answerTo(app: App, request: Request): Promise<any> {
  return (await app(request)).json();
}

function spread<T>(all: readonly T[]): readonly T[] {
  const step = Math.max(1, Math.ceil(all.length / ASKED_ALONE));
  return all.filter((_, index) => index % step === 0);
}

const hostOf = ({ proxy_name: proxy, volume_id: volume }: VolumeHealth): string => formatVolumeHost({ proxy, volume });
