import type { z } from 'zod';
import { ApiFailed } from './api-failed.ts';
import type { ApiSession } from './api-session.ts';

/** More than any real list takes; a list that goes on longer leads round in a circle. */
const MAX_PAGES = 20;

export interface PagesOptions<S extends z.ZodType> {
  readonly system: string;
  /** Of the first page. */
  readonly path: string;
  readonly schema: S;
  /** The link to the next page, as the page has it. */
  readonly nextOf: (page: z.output<S>) => string | null | undefined;
}

/**
 * Every page of a list. Of a link to the next one only path and query are taken: whatever host it names, the
 * credentials go to our own endpoint alone. Rejects with an `ApiFailed` for a list without an end, or that leads nowhere.
 */
export async function allPages<S extends z.ZodType>(
  api: ApiSession,
  { system, path, schema, nextOf }: PagesOptions<S>,
  signal: AbortSignal,
): Promise<readonly z.output<S>[]> {
  const pages: z.output<S>[] = [];
  const seen = new Set<string>();
  for (let next: string | null = path; next !== null; next = following(pages.at(-1)!)) {
    if (seen.has(next) || seen.size === MAX_PAGES) {
      throw new ApiFailed(`${system} API answered a list without an end`, { kind: 'unreadable', system });
    }
    seen.add(next);
    pages.push(await api.get(next, schema, signal));
  }
  return pages;

  function following(page: z.output<S>): string | null {
    const link = nextOf(page);
    if (link == null || link === '') return null;
    const next = pathIn(link, path);
    if (next !== null) return next;
    throw new ApiFailed(`${system} API answered a list whose next page has no address`, { kind: 'unreadable', system });
  }
}

/** Path and query of a link, which may be relative to the page that has it; null if it has none. */
function pathIn(link: string, page: string): string | null {
  const own = new URL(`https://own.invalid${page}`);
  const url = URL.parse(link, own);
  // The path of another scheme may be anything, such as `@elsewhere.example/`.
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  // A server behind a path of its own names that, too.
  const at = Math.max(0, url.pathname.indexOf(own.pathname));
  return url.pathname.slice(at) + url.search;
}
