import { expect, test } from 'vitest';
import { connectionOf, pageBounds } from '../../../manager/graphql/connection.ts';

const isKey = (text: string): boolean => /^\w+$/.test(text);
const page = { items: ['b', 'd'], hasPrevious: true, hasNext: false };
const { edges, pageInfo } = connectionOf(page, (item) => item);

test('a connection has the cursors of its items, and those at its ends', () => {
  expect(edges.map(({ node }) => node)).toEqual(['b', 'd']);
  expect(pageInfo).toEqual({
    hasPreviousPage: true,
    hasNextPage: false,
    startCursor: edges[0]!.cursor,
    endCursor: edges[1]!.cursor,
  });
});

test('a connection of nothing has no cursors', () => {
  const empty = connectionOf({ items: [], hasPrevious: false, hasNext: true }, String);
  expect(empty.pageInfo).toMatchObject({ startCursor: null, endCursor: null, hasNextPage: true });
});

test('a cursor leads back to the key of its item', () => {
  const bounds = pageBounds({ after: pageInfo.endCursor, before: pageInfo.startCursor, last: 3 }, isKey);
  expect(bounds).toEqual({ after: 'd', before: 'b', first: null, last: 3 });
});

test('a page has 20 items unless it is told otherwise', () => {
  expect(pageBounds({}, isKey)).toMatchObject({ first: 20, last: null });
  expect(pageBounds({ first: 0, last: 5 }, isKey)).toMatchObject({ first: 0, last: 5 });
});

test('a cursor whose key is none is refused', () => {
  const { edges: odd } = connectionOf({ ...page, items: ["x'y"] }, (item) => item);
  expect(() => pageBounds({ after: odd[0]!.cursor }, isKey)).toThrow(/^after: expected a cursor of this connection/);
});
