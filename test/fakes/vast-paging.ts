import type { ApplianceAnswer, ApplianceRequest } from './dialect.ts';

const PAGE_SIZE = { clusters: 1, cnodes: 4 };

/** A list as it comes: whole, or a page of it with a link to the next one. */
export function answerList(
  list: keyof typeof PAGE_SIZE,
  rows: readonly unknown[],
  { request, state }: { request: ApplianceRequest; state: string },
): ApplianceAnswer {
  if (state !== 'paged' && state !== 'hostile-paging') return { status: 200, body: rows };
  const { path, query, elsewhere } = request;
  const isHostile = state === 'hostile-paging';
  // How a VMS behind a proxy names itself: nobody outside reaches it by this name.
  const origin = isHostile ? elsewhere : 'http://vms-internal.example:8080';
  const size = PAGE_SIZE[list];
  const pages = Math.ceil(rows.length / size);
  const page = Number(query.get('page') ?? 1);
  if (!(page >= 1 && (page <= pages || isHostile))) return { status: 404, body: { detail: 'Invalid page.' } };

  const start = (Math.min(page, pages) - 1) * size;
  const linkTo = (number: number) => `${origin}${path}?page=${number}`;
  return {
    status: 200,
    body: {
      count: rows.length,
      next: isHostile || page < pages ? linkTo(page + 1) : null,
      previous: page > 1 ? linkTo(page - 1) : null,
      results: rows.slice(start, start + size),
    },
  };
}
