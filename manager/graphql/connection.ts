import { decodeBase64, encodeBase64 } from '@pothos/core';
import { badUserInput } from './bad-user-input.ts';

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** What a page's arguments ask for: keys instead of cursors, and how many at most. */
export interface PageBounds {
  readonly after: string | null;
  readonly before: string | null;
  readonly first: number | null;
  readonly last: number | null;
}

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

const CURSOR_PREFIX = 'after:';

/**
 * Reads the arguments of a connection by Relay's rules. A cursor holds a key, not a position: it stays good while items
 * come and go, and even when its own item has gone.
 */
export function pageBounds(args: PageArgs, isKey: (text: string) => boolean): PageBounds {
  return {
    first: pageSize('first', args.first) ?? (args.last == null ? DEFAULT_PAGE_SIZE : null),
    last: pageSize('last', args.last),
    after: keyIn('after', { cursor: args.after, isKey }),
    before: keyIn('before', { cursor: args.before, isKey }),
  };
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

/** A page as Relay's connections have it. */
export function connectionOf<Item>({ items, hasPrevious, hasNext }: Page<Item>, keyOf: (item: Item) => string) {
  const edges = items.map((node) => ({ node, cursor: encodeBase64(CURSOR_PREFIX + keyOf(node)) }));
  return {
    edges,
    pageInfo: {
      hasPreviousPage: hasPrevious,
      hasNextPage: hasNext,
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

function keyIn(
  name: string,
  { cursor, isKey }: { readonly cursor: string | null | undefined; readonly isKey: (text: string) => boolean },
): string | null {
  if (cursor == null) return null;
  try {
    const text = decodeBase64(cursor);
    const key = text.slice(CURSOR_PREFIX.length);
    if (text.startsWith(CURSOR_PREFIX) && isKey(key)) return key;
  } catch {
    // Not even base64: refused like any other text that is no cursor.
  }
  throw badUserInput(`${name}: expected a cursor of this connection, found "${cursor}"`);
}
