import { decodeBase64, encodeBase64 } from '@pothos/core';
import { badUserInput } from './bad-user-input.ts';

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

const CURSOR_PREFIX = 'after:';

/**
 * One page of `items`, which are in the order of their unique keys, by the rules of Relay's connections. A cursor holds
 * a key, not a position: it stays good while items come and go, and even when its own item has gone.
 */
export function pageOf<Item>(items: readonly Item[], args: PageArgs, keyOf: (item: Item) => string) {
  const first = pageSize('first', args.first) ?? (args.last == null ? DEFAULT_PAGE_SIZE : null);
  const last = pageSize('last', args.last);
  const after = keyIn('after', args.after);
  const before = keyIn('before', args.before);

  let start = after === null ? 0 : firstIndex(items, (item) => keyOf(item) > after);
  let end = before === null ? items.length : firstIndex(items, (item) => keyOf(item) >= before);
  if (first !== null) end = Math.min(end, start + first);
  if (last !== null) start = Math.max(start, end - last);
  const edges = items.slice(start, end).map((node) => ({ node, cursor: encodeBase64(CURSOR_PREFIX + keyOf(node)) }));
  return {
    edges,
    pageInfo: {
      hasPreviousPage: start > 0,
      hasNextPage: end < items.length,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function pageSize(name: string, size: number | null | undefined): number | null {
  if (size == null) return null;
  if (size >= 0 && size <= MAX_PAGE_SIZE) return size;
  throw badUserInput(`${name}: expected a number from 0 to ${MAX_PAGE_SIZE}, found ${size}`);
}

function keyIn(name: string, cursor: string | null | undefined): string | null {
  if (cursor == null) return null;
  try {
    const text = decodeBase64(cursor);
    if (text.startsWith(CURSOR_PREFIX)) return text.slice(CURSOR_PREFIX.length);
  } catch {
    // Not even base64: refused like any other text that is no cursor.
  }
  throw badUserInput(`${name}: expected a cursor of this connection, found "${cursor}"`);
}

function firstIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  const index = items.findIndex(holds);
  return index === -1 ? items.length : index;
}
