import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PageArgs, pageOf } from '../../../manager/graphql/connection.ts';

const self = (item: string): string => item;
const lists = fc.uniqueArray(fc.uuid(), { maxLength: 60 }).map((items) => items.toSorted());
const sizes = fc.integer({ min: 1, max: 25 });

test('pages forward, put together, are the whole list', () => {
  fc.assert(
    fc.property(lists, sizes, (items, first) => {
      expect(pages(items, ({ endCursor }) => ({ first, after: endCursor })).flat()).toEqual(items);
    }),
  );
});

test('pages backward, put together, are the whole list', () => {
  fc.assert(
    fc.property(lists, sizes, (items, last) => {
      const backward = pages(items, ({ startCursor }) => ({ last, before: startCursor }));
      expect(backward.toReversed().flat()).toEqual(items);
    }),
  );
});

test('a page says there is more before or after it exactly when there is', () => {
  const ends = fc.option(fc.nat({ max: 100 }));
  fc.assert(
    fc.property(lists, ends, ends, (items, first, last) => {
      const { edges, pageInfo } = pageOf(items, { first, last }, self);
      fc.pre(edges.length > 0);
      expect(pageInfo.hasPreviousPage).toBe(edges.at(0)?.node !== items.at(0));
      expect(pageInfo.hasNextPage).toBe(edges.at(-1)?.node !== items.at(-1));
    }),
  );
});

test('a cursor stays good when its item has gone and others have come', () => {
  const { pageInfo } = pageOf(['b', 'd', 'f'], { first: 2 }, self);

  const { edges } = pageOf(['a', 'b', 'c', 'e', 'f'], { first: 2, after: pageInfo.endCursor }, self);

  expect(edges.map(({ node }) => node)).toEqual(['e', 'f']);
});

test('a page of none is empty and still knows what follows', () => {
  expect(pageOf(['a', 'b'], { first: 0 }, self)).toEqual({
    edges: [],
    pageInfo: { hasPreviousPage: false, hasNextPage: true, startCursor: null, endCursor: null },
  });
});

/** Every page of a walk that ends with the first page that has none beyond it. */
function pages(
  items: string[],
  argsAfter: (pageInfo: { startCursor: string | null; endCursor: string | null }) => PageArgs,
) {
  const walked: string[][] = [];
  let cursors: { startCursor: string | null; endCursor: string | null } = { startCursor: null, endCursor: null };
  for (let more = true; more; ) {
    const args = argsAfter(cursors);
    const { edges, pageInfo } = pageOf(items, args, self);
    walked.push(edges.map(({ node }) => node));
    cursors = pageInfo;
    more = args.first == null ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
  }
  return walked;
}
