import { expect, test } from 'vitest';
import { createConfiguredVfolders, type VfolderSource, VfoldersUnavailable } from '../../../manager/vfolders.ts';
import { ask, codes, folder, globalId, graphql } from './fixture.ts';

const ids = Array.from({ length: 30 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const configured = createConfiguredVfolders(ids.map((id) => folder({ id })));

/** Notes what it is asked. */
function noted(source: VfolderSource) {
  const asked: (readonly string[])[] = [];
  let pages = 0;
  const vfolders: VfolderSource = {
    ...source,
    findMany: (some) => {
      asked.push(some);
      return source.findMany(some);
    },
    page: (options) => {
      pages += 1;
      return source.page(options);
    },
  };
  return { asked, pages: () => pages, server: graphql({ vfolders }) };
}

const nodeId = (id: string): string => globalId(`VirtualFolderNode:${id}`);

test('the folders of a query are one question, whichever fields ask for them', async () => {
  const { asked, server } = noted(configured);
  const query = `{
    ${ids
      .slice(0, 10)
      .map((id, n) => `folder${n}: vfolderNode(id: "${id}") { name }`)
      .join('\n')}
    node(id: "${nodeId(ids[10]!)}") { id }
    nodes(ids: ${JSON.stringify(ids.slice(11).map(nodeId))}) { id }
  }`;

  const { data, errors } = await ask(server, query);

  expect(errors).toBeUndefined();
  expect(data.nodes).toEqual(ids.slice(11).map((id) => ({ id: nodeId(id) })));
  expect(asked.map((some) => some.toSorted())).toEqual([ids]);
});

test('those of queries that come at once are one question, too, and of later ones another', async () => {
  const { asked, server } = noted(configured);
  const query = `{ vfolderNode(id: "${ids[0]}") { name } }`;

  await Promise.all([ask(server, query), ask(server, query)]);
  await ask(server, query);

  expect(asked.flat()).toEqual([ids[0], ids[0], ids[0]]);
  expect(asked.length).toBeLessThan(3);
});

test('a page of folders with the health of their storage is one question', async () => {
  const { asked, pages, server } = noted(configured);

  await ask(server, '{ vfolderNodes { edges { node { name storageHealth { status } } } pageInfo { hasNextPage } } }');

  expect({ asked, pages: pages() }).toEqual({ asked: [], pages: 1 });
});

test('a list of ids without end is asked for by the thousand', async () => {
  const { asked, server } = noted(configured);
  const many = Array.from({ length: 2_500 }, (_, n) =>
    nodeId(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
  );

  const { data } = await ask(server, 'query ($many: [ID!]!) { nodes(ids: $many) { id } }', { many });

  expect(data.nodes.filter((node: unknown) => node !== null)).toHaveLength(30);
  expect(asked.map((some) => some.length)).toEqual([1_000, 1_000, 500]);
});

const fail = () => Promise.reject(new VfoldersUnavailable('the database is away'));

test('while they cannot be had, each field says so by a code, and what else is asked for is answered', async () => {
  const vfolders: VfolderSource = {
    findMany: fail,
    page: fail,
    affected: () => null,
    away: () => 'the database is away',
  };
  const query = `{
    vfolderNode(id: "${ids[0]}") { name }
    vfolderNodes { edges { cursor } }
    node(id: "${nodeId(ids[1]!)}") { id }
    nodes(ids: ["${nodeId(ids[2]!)}"]) { id }
    volumeHealthList { status }
  }`;

  const answer = await ask(graphql({ vfolders }), query);

  expect(answer.data).toEqual({
    vfolderNode: null,
    vfolderNodes: null,
    node: null,
    nodes: [null],
    volumeHealthList: [{ status: 'HEALTHY' }, { status: 'OFFLINE' }, { status: 'UNKNOWN' }],
  });
  expect(codes(answer)).toEqual(Array(4).fill('VFOLDERS_UNAVAILABLE'));
  expect(answer.errors?.map(({ message }) => message)).toEqual(Array(4).fill('the database is away'));
});
