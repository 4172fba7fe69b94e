import {
  type VfolderPage,
  type VfolderPageOptions,
  type VfolderSource,
  VfoldersUnavailable,
} from '../../manager/vfolders.ts';
import type { Clock } from '../../probe/clock.ts';
import type { VirtualFolder } from '../../schema/vfolder.ts';
import type { Database, Row, Sql } from './database.ts';
import { postgresFailure } from './postgres-failure.ts';
import { createPresence } from './presence.ts';
import { countOf, countSql, findSql, folderOf, isImpossible, pageSql, probeSql } from './vfolder-sql.ts';

export interface PostgresVfoldersOptions {
  readonly database: Pick<Database, 'ask'>;
  readonly countIntervalMs: number;
  readonly clock: Clock;
  /** Hears that the database is away, in a sentence that may be shown to anyone, and each other reason; null: it is back. */
  readonly onAway: (sentence: string | null) => void;
  /** Hears that the folders cannot be counted although the database is there; null: they are counted again. */
  readonly onUncounted: (sentence: string | null) => void;
  /** Hears when the folders are on other hosts than at the count before. */
  readonly onHosts: () => void;
}

export interface PostgresVfolders extends VfolderSource {
  /** Begins to count. Until then it asks nothing by itself. */
  readonly start: () => void;
  /** Counts no more, and looks no more whether the database is back. */
  readonly stop: () => void;
}

const NOTHING: VfolderPage = { items: [], hasPrevious: false, hasNext: false };

/**
 * Virtual folders as they stand in the table `vfolders` of a Backend.AI cluster. One question each for a page, for any
 * number of ids, and for the count; while the database is away none at all, but for one a second that looks for it.
 */
export function createPostgresVfolders(options: PostgresVfoldersOptions): PostgresVfolders {
  const { database, countIntervalMs, clock, onAway, onUncounted, onHosts } = options;
  let counts: ReadonlyMap<string, number> | null = null;
  let isStopped = false;
  /** Whether a count has failed because the database was away. */
  let isOwed = false;
  let cancelCount: (() => void) | null = null;
  const presence = createPresence({
    look: () => database.ask(probeSql),
    clock,
    onAway(sentence) {
      onAway(sentence);
      if (sentence === null && isOwed) void count();
    },
  });

  return {
    start: () => void count(),
    async findMany(ids) {
      if (ids.length === 0) return [];
      const rows = await ask(findSql([...new Set(ids)]));
      const byId = new Map(rows.map(folderOf).map((folder) => [folder.id, folder]));
      return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
    },
    page: async (asked) => (isImpossible(asked.filter) ? NOTHING : pageOf(await ask(pageSql(asked)), asked)),
    affected: () => counts,
    away: presence.away,
    stop() {
      isStopped = true;
      cancelCount?.();
      presence.stop();
    },
  };

  async function ask(sql: Sql): Promise<readonly Row[]> {
    const away = presence.away();
    if (away !== null) throw new VfoldersUnavailable(away);
    return presence.heard(database.ask(sql));
  }

  async function count(): Promise<void> {
    cancelCount?.();
    isOwed = false;
    try {
      take(new Map((await ask(countSql)).map(countOf)));
      if (!isStopped) onUncounted(null);
    } catch (error) {
      isOwed = presence.away() !== null;
      const { why } = postgresFailure((error as Error).cause ?? error) ?? { why: 'the answer cannot be understood' };
      if (!isOwed && !isStopped) onUncounted(`virtual folders cannot be counted: ${why}`);
    }
    if (!isStopped) cancelCount = clock.after(countIntervalMs, () => void count());
  }

  function take(next: ReadonlyMap<string, number>): void {
    const isSame = counts?.size === next.size && [...next.keys()].every((host) => counts?.has(host));
    counts = next;
    if (!isSame && !isStopped) onHosts();
  }
}

/** Takes off the one more that was asked for, which says that there is more on that side. */
function pageOf(rows: readonly Row[], { first, last }: VfolderPageOptions): VfolderPage {
  const { has_previous: isBeforeAfter, has_next: isAfterBefore } = rows[0] ?? {};
  const folders = rows.flatMap((row): VirtualFolder[] => (row['id'] === null ? [] : [folderOf(row)]));
  const items = folders.slice(0, first ?? last ?? 0).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const isMore = folders.length > items.length;
  if (first === null) return { items, hasPrevious: isMore || isBeforeAfter === true, hasNext: isAfterBefore === true };
  const cut = last === null ? 0 : Math.max(0, items.length - last);
  return {
    items: items.slice(cut),
    hasPrevious: cut > 0 || isBeforeAfter === true,
    hasNext: isMore || isAfterBefore === true,
  };
}
