import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { serve } from '@hono/node-server';
import { parse } from 'graphql/index.js';
import { createYoga } from 'graphql-yoga';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEventFeed } from '../../../manager/event-feed.ts';
import { MAX_REPRESENTATIONS, subgraph, subgraphSdl } from '../../../manager/graphql/subgraph.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { compose, startGateway } from '../../rigs/gateway.ts';
import { readerOf } from '../event-reader.ts';
import { type Answer, codes, documented, globalId, graphql, volume } from './fixture.ts';

const PATH = '/graphql/federation';
const events = createEventFeed({ epoch: 'e', snapshot: () => documented, clock: createFakeClock() });
const ours = graphql({ schema: subgraph, path: PATH, watch: events.watch });
const cut = (name: string) => readFileSync(new URL(`./federation/${name}.graphql`, import.meta.url), 'utf8');

const HOSTS: Readonly<Record<string, string | null>> = {
  good: 'proxy1:volume1',
  offline: 'proxy1:volume2',
  away: 'proxy2:volume1',
  unmanaged: '',
  hostless: null,
};
const idOf = (name: string) => globalId(`VirtualFolderNode:${name}`);

const folderOf = (name: string) => {
  const host = HOSTS[name];
  return host === undefined ? null : { id: idOf(name), name, host };
};

const ENTITIES = `query ($r: [_Any!]!) { _entities(representations: $r) {
  ... on VirtualFolderNode { id storageHealth { status } }
} }`;

async function asked(query: string, variables: object = {}): Promise<Answer> {
  const body = JSON.stringify({ query, variables });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await ours.fetch(new Request(`http://manager${PATH}`, { method: 'POST', headers, body }));
  return (await response.json()) as Answer;
}

test('is printed as it is served', async () => {
  expect(readFileSync(new URL('../../../subgraph.graphql', import.meta.url), 'utf8')).toBe(subgraphSdl);
  const { data } = await asked('{ _service { sdl } }');
  const { _service: service } = data;
  expect(service.sdl).toContain('storageHealth: VolumeHealth @requires(fields: "host")');
});

test.for([
  'node(id: "x") { id }',
  'nodes(ids: []) { id }',
  'vfolderNode(id: "x") { id }',
  'vfolderNodes { pageInfo { endCursor } }',
])('has no %s, which Backend.AI answers', async (field) => {
  expect(codes(await asked(`{ ${field} }`))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
});

test('answers what the standalone schema answers of health', async () => {
  const { data } = await asked(
    '{ volumeHealth(host: "proxy1:volume2") { status reason lastCheckedAt } observerHealth { status } }',
  );
  expect(data).toEqual({
    volumeHealth: { status: 'OFFLINE', reason: 'MOUNT_STUCK', lastCheckedAt: '2026-01-22T10:00:00Z' },
    observerHealth: { status: 'OK' },
  });
});

test('takes arguments that are words of an enum', async () => {
  const { data } = await asked('{ volumeHealthList(status: [OFFLINE]) { volumeId } }');
  expect(data).toEqual({ volumeHealthList: [{ volumeId: 'volume2' }] });
});

test.for<[string, object | null | string, object]>([
  [
    'another type',
    { __typename: 'Volume', id: 'x' },
    { message: 'representations: expected the __typename "VirtualFolderNode", found "Volume"' },
  ],
  [
    'no object',
    'rubbish',
    { message: 'representations: expected the __typename "VirtualFolderNode", found undefined' },
  ],
  [
    'no id',
    { __typename: 'VirtualFolderNode', host: '' },
    { message: 'representations: expected an id, found undefined' },
  ],
  [
    'a host that is none',
    { __typename: 'VirtualFolderNode', id: 'x', host: { a: 1 } },
    { message: 'representations: expected a host such as "proxy1:volume1" or null, found {"a":1}' },
  ],
  [
    'no host',
    { __typename: 'VirtualFolderNode', id: 'x' },
    { message: 'representations: expected the host, which storageHealth requires' },
  ],
])('refuses a representation with %s, and answers those beside it', async ([, bad, error]) => {
  const good = { __typename: 'VirtualFolderNode', id: 'g', host: 'proxy1:volume1' };
  const { data, errors } = await asked(ENTITIES, { r: [bad, good] });
  const { _entities: folders } = data;
  expect(folders[1]).toEqual({ id: 'g', storageHealth: { status: 'HEALTHY' } });
  expect(errors).toMatchObject([{ ...error, extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('refuses more representations than any page has', async () => {
  const r = Array.from({ length: MAX_REPRESENTATIONS + 1 }, () => ({
    __typename: 'VirtualFolderNode',
    id: 'x',
    host: '',
  }));
  const { errors } = await asked(ENTITIES, { r });
  expect(errors).toMatchObject([
    { message: `representations: expected at most 1000, found 1001: ask for shorter pages of folders` },
  ]);
  const { _entities: folders } = (await asked(ENTITIES, { r: r.slice(1) })).data;
  expect(folders).toHaveLength(MAX_REPRESENTATIONS);
});

test('keeps the limits of the standalone schema', async () => {
  const aliases = Array.from({ length: 101 }, (_, i) => `a${i}: observerHealth { status }`).join(' ');
  expect(await asked(`{ ${aliases} }`)).toMatchObject({
    errors: [{ message: 'Aliases limit of 100 exceeded, found 101.' }],
  });
});

/** Behind a gateway, with what Backend.AI serves beside it. */
const servers: Server[] = [];
/** What our service is asked for, and how it answers. */
let calls: string[] = [];
let answering: 'well' | 'never' | 'hangs up' = 'well';
let gateway: Awaited<ReturnType<typeof startGateway>>;

beforeEach(() => {
  calls = [];
  answering = 'well';
});

beforeAll(async () => {
  const urls = await Promise.all([
    listen(
      upstream('graphene', {
        Query: {
          vfolder_node: (_: unknown, { id }: { id: string }) =>
            folderOf(Buffer.from(id, 'base64').toString().split(':')[1] ?? ''),
          vfolder_nodes: () => ({
            edges: Object.keys(HOSTS).map((name) => ({ node: folderOf(name), cursor: name })),
            pageInfo: { hasNextPage: false, hasPreviousPage: false },
          }),
        },
        VirtualFolderNode: {
          __resolveReference: ({ id }: { id: string }) =>
            folderOf(Buffer.from(id, 'base64').toString().split(':')[1] ?? ''),
        },
      }),
    ),
    listen(
      upstream('strawberry', {
        Query: {
          modelMounts: () => [{ vfolder: { id: idOf('offline') }, vfolderId: 'x', mountDestination: '/models' }],
        },
      }),
    ),
    listen(upstream('public', { Query: { ping: () => 'pong' } })),
    listenToGateway(),
  ]);
  const names = ['graphene', 'strawberry', 'public', 'volhealth'] as const;
  const subgraphs = names.map((name, index) => ({
    name,
    url: urls[index]!,
    sdl: name === 'volhealth' ? subgraphSdl : cut(name),
  }));
  gateway = await startGateway(compose(subgraphs));
}, 30_000);

afterAll(() => {
  gateway.process.kill('SIGKILL');
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

function upstream(name: string, resolvers: object) {
  const schema = buildSubgraphSchema({ typeDefs: parse(cut(name)), resolvers: resolvers as never });
  return createServer(createYoga({ schema, graphqlEndpoint: '/', logging: false }));
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Our service at a port of its own, which can be made to hang. */
async function listenToGateway(): Promise<string> {
  const fetch = async (request: Request): Promise<Response> => {
    calls.push(await request.clone().text());
    if (answering === 'never') return new Promise(() => {});
    if (answering === 'hangs up') servers.at(-1)?.closeAllConnections();
    return ours.fetch(request);
  };
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  if (!server.listening) await new Promise((done) => server.once('listening', done));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
}

async function through(query: string, variables: object = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return (await response.json()) as Answer;
}

const FOLDER = `query ($id: String!) { ping vfolder_node(id: $id) {
  id name host storageHealth { backendType status statusInfo isHealthy } } }`;

test('a gateway answers the query of the design document with the health of the folder', async () => {
  expect(await through(FOLDER, { id: idOf('good') })).toEqual({
    data: {
      ping: 'pong',
      vfolder_node: {
        id: idOf('good'),
        name: 'good',
        host: 'proxy1:volume1',
        storageHealth: {
          backendType: 'gpfs',
          status: 'HEALTHY',
          statusInfo: 'GPFS cluster healthy, 8/8 nodes online',
          isHealthy: true,
        },
      },
    },
  });
});

test('a gateway asks for a page of folders at once, and a dead proxy is told as such, without an error', async () => {
  const { data, errors } = await through(
    '{ vfolder_nodes { edges { node { name storageHealth { status reason } } } } }',
  );
  expect(errors).toBeUndefined();
  expect(data.vfolder_nodes.edges.map(({ node }: { node: unknown }) => node)).toEqual([
    { name: 'good', storageHealth: { status: 'HEALTHY', reason: 'OK' } },
    { name: 'offline', storageHealth: { status: 'OFFLINE', reason: 'MOUNT_STUCK' } },
    { name: 'away', storageHealth: { status: 'UNKNOWN', reason: 'PROXY_UNREACHABLE' } },
    { name: 'unmanaged', storageHealth: null },
    { name: 'hostless', storageHealth: null },
  ]);
  expect(calls).toHaveLength(1);
});

test('a gateway finds the host of a folder that another graph names by its id alone', async () => {
  const { data } = await through('{ modelMounts { vfolder { storageHealth { status } } } }');
  expect(data).toEqual({ modelMounts: [{ vfolder: { storageHealth: { status: 'OFFLINE' } } }] });
});

test('of a folder that the caller may not see, nothing is asked', async () => {
  expect(await through(FOLDER, { id: idOf('of somebody else') })).toEqual({
    data: { ping: 'pong', vfolder_node: null },
  });
  expect(calls).toEqual([]);
});

test.for(['hangs up', 'never'] as const)(
  'the rest of the graph goes on where this service answers: %s',
  async (how) => {
    answering = how;
    const { data, errors } = await through(FOLDER, { id: idOf('good') });
    expect(data).toEqual({
      ping: 'pong',
      vfolder_node: { id: idOf('good'), name: 'good', host: 'proxy1:volume1', storageHealth: null },
    });
    expect(errors).toMatchObject([{ path: ['vfolder_node', 'storageHealth'] }]);
  },
);

test('a gateway passes on a mutation, and its error with its code', async () => {
  expect(await through('mutation { checkVolume(host: "proxy1:volume2") { status reason } }')).toEqual({
    data: { checkVolume: { status: 'OFFLINE', reason: 'MOUNT_STUCK' } },
  });
  const { errors } = await through('mutation { checkVolume(host: "volume2") { status } }');
  expect(errors).toMatchObject([
    {
      message: 'host: expected a volume host such as "proxy1:volume1", found "volume2"',
      path: ['checkVolume'],
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

test('a gateway passes on a subscription as it happens', async () => {
  const query = 'subscription { volumeHealthChanged(host: "proxy1:volume1") { type host current { status } } }';
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const reader = readerOf(response);
  const told = async () => (await reader.json()).data.volumeHealthChanged;
  expect(await told()).toEqual({ type: 'SNAPSHOT', host: 'proxy1:volume1', current: { status: 'HEALTHY' } });
  const gone = volume('proxy1:volume1', { status: 'offline' });
  events.publish({ type: 'volume', host: 'proxy1:volume1', previous: null, current: gone, transition: null });
  expect(await told()).toEqual({ type: 'CHANGE', host: 'proxy1:volume1', current: { status: 'OFFLINE' } });
  await reader.close();
});
