import { expect, test } from 'vitest';
import { createConfiguredVfolders } from '../../../manager/vfolders.ts';
import type { VirtualFolder } from '../../../schema/vfolder.ts';
import { FOLDER_ID, ask, codes, folder, globalId, graphql } from './fixture.ts';

const GLOBAL_ID = globalId(`VirtualFolderNode:${FOLDER_ID}`);
const NOBODY = '00000000-0000-4000-8000-000000000000';

test('a folder has a global id, by which node and nodes find it again', async () => {
  const query = `query ($id: ID!, $ids: [ID!]!) {
    vfolderNode(id: $id) { id }
    node(id: $id) { __typename id ... on VirtualFolderNode { name } }
    nodes(ids: $ids) { id }
  }`;
  const nobody = globalId(`VirtualFolderNode:${NOBODY}`);

  expect(await ask(graphql(), query, { id: GLOBAL_ID, ids: [nobody, GLOBAL_ID] })).toEqual({
    data: {
      vfolderNode: { id: GLOBAL_ID },
      node: { __typename: 'VirtualFolderNode', id: GLOBAL_ID, name: 'data' },
      nodes: [null, { id: GLOBAL_ID }],
    },
  });
});

test.for([NOBODY, globalId(`VirtualFolderNode:${NOBODY}`)])('vfolderNode of the unknown id %s is null', async (id) => {
  expect(await ask(graphql(), `{ vfolderNode(id: "${id}") { id } }`)).toEqual({ data: { vfolderNode: null } });
});

const MALFORMED = [
  ['an empty id', ''],
  ['a name', 'data'],
  ['a UUID cut short', FOLDER_ID.slice(1)],
  ['base64 of no global id', globalId(FOLDER_ID)],
  ['a global id without a UUID', globalId('VirtualFolderNode:data')],
  ["another type's global id", globalId(`VolumeHealth:${FOLDER_ID}`)],
  ['the global id of no type at all', globalId(`Nothing:${FOLDER_ID}`)],
] as const;

test.for(MALFORMED)('vfolderNode refuses %s', async ([, id]) => {
  const answer = await ask(graphql(), 'query ($id: ID!) { vfolderNode(id: $id) { id } }', { id });

  expect(answer.data).toEqual({ vfolderNode: null });
  expect(answer.errors).toMatchObject([
    {
      message: `id: expected the global id of a VirtualFolderNode or a UUID, found "${id}"`,
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

test.for([...MALFORMED, ['a plain UUID', FOLDER_ID]] as const)('node and nodes refuse %s', async ([, id]) => {
  const query = 'query ($id: ID!) { node(id: $id) { id } }';
  const queryMany = 'query ($id: ID!) { nodes(ids: [$id]) { id } }';

  expect(codes(await ask(graphql(), query, { id }))).toEqual(['BAD_USER_INPUT']);
  expect(codes(await ask(graphql(), queryMany, { id }))).toEqual(['BAD_USER_INPUT']);
});

test.for([
  ['', null],
  ['proxy1:noop', null],
  ['proxy1:volume2', 'OFFLINE'],
  ['proxy2:volume1', 'UNKNOWN'],
  ['proxy1:nothing', 'UNKNOWN'],
  ['nobody:volume1', 'UNKNOWN'],
  ['malformed', 'UNKNOWN'],
  [':volume1', 'UNKNOWN'],
] as const)('the storage health of a folder on the host "%s" is %s', async ([host, status]) => {
  const vfolders = createConfiguredVfolders([folder({ host })]);

  const { data, errors } = await ask(
    graphql({ vfolders }),
    '{ vfolderNodes { edges { node { storageHealth { status } } } } }',
  );

  expect(errors).toBeUndefined();
  expect(data.vfolderNodes.edges).toEqual([{ node: { storageHealth: status && { status } } }]);
});

const folders = Array.from({ length: 130 }, (_, index): VirtualFolder => {
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  return { id, name: `folder-${index}`, host: index % 2 === 0 ? 'proxy1:volume1' : 'proxy1:volume2', status: 'ready' };
});
const many = graphql({ vfolders: createConfiguredVfolders(folders) });

async function page(args: string) {
  const query = `{ vfolderNodes${args} { edges { cursor node { name } } pageInfo {
    hasNextPage hasPreviousPage startCursor endCursor
  } } }`;
  const { data, errors } = await ask(many, query);
  expect(errors).toBeUndefined();
  const { edges, pageInfo } = data.vfolderNodes;
  return { names: edges.map((edge: { node: VirtualFolder }) => edge.node.name), pageInfo };
}

test('vfolderNodes gives the first 20 folders unless it is told otherwise', async () => {
  const { names, pageInfo } = await page('');

  expect(names).toEqual(folders.slice(0, 20).map(({ name }) => name));
  expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
});

test('vfolderNodes goes forward by after, and back by before', async () => {
  const first = await page('(first: 100)');
  const second = await page(`(first: 100, after: "${first.pageInfo.endCursor}")`);
  const back = await page(`(last: 2, before: "${second.pageInfo.startCursor}")`);

  expect(second.names).toEqual(folders.slice(100).map(({ name }) => name));
  expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  expect(back.names).toEqual(['folder-98', 'folder-99']);
});

test('vfolderNodes(host) has only the folders on that host', async () => {
  const { names } = await page('(host: "proxy1:volume2", last: 2)');

  expect(names).toEqual(['folder-127', 'folder-129']);
});

test('vfolderNodes goes by name and status, too, and a folder says its own', async () => {
  const vfolders = createConfiguredVfolders([
    folder(),
    folder({ id: NOBODY, status: 'delete-pending' }),
    folder({ id: FOLDER_ID.replace('7', '8'), name: 'other', status: 'cloning' }),
  ]);
  const statuses = async (args: string) => {
    const { data } = await ask(graphql({ vfolders }), `{ vfolderNodes${args} { edges { node { status } } } }`);
    return data.vfolderNodes.edges.map((edge: { node: VirtualFolder }) => edge.node.status);
  };

  expect(await statuses('')).toEqual(['ready', 'cloning']);
  expect(await statuses('(name: "other")')).toEqual(['cloning']);
  expect(await statuses('(name: "data", status: ["cloning", "delete-pending"])')).toEqual(['delete-pending']);
});

test.for([
  ['first: -1', 'first: expected a number from 0 to 100, found -1'],
  ['first: 101', 'first: expected a number from 0 to 100, found 101'],
  ['last: 101', 'last: expected a number from 0 to 100, found 101'],
  ['after: "%"', 'after: expected a cursor of this connection, found "%"'],
  ['before: "Zm9v"', 'before: expected a cursor of this connection, found "Zm9v"'],
  ['after: "YWZ0ZXI6J29uZQ=="', 'after: expected a cursor of this connection, found "YWZ0ZXI6J29uZQ=="'],
] as const)('vfolderNodes refuses %s', async ([args, message]) => {
  const { errors } = await ask(many, `{ vfolderNodes(${args}) { edges { cursor } } }`);

  expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('a host without a colon is the mistake of who asks for its folders', async () => {
  const answer = await ask(graphql(), '{ vfolderNodes(host: "local") { edges { node { name } } } }');
  expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
});
