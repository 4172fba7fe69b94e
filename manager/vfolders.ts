import { DELETED, TRASHED, type VirtualFolder } from '../schema/vfolder.ts';

/** Where virtual folders come from. Those that are deleted are in none of its answers, unless it says so. */
export interface VfolderSource {
  /** By UUIDs, in any case of their letters: one for each, in their order; null where there is none. */
  readonly findMany: (ids: readonly string[]) => Promise<readonly (VirtualFolder | null)[]>;
  /** Those that pass the filter, in the order of their ids. */
  readonly page: (options: VfolderPageOptions) => Promise<VfolderPage>;
  /** How many there are on each host, as last counted; null where nobody counts, or before the first count. */
  readonly affected: () => ReadonlyMap<string, number> | null;
  /** Why it cannot be asked, in a sentence that may be shown to anyone; null while it can. */
  readonly away: () => string | null;
}

/** What is given must fit exactly; what is null is not asked for. */
export interface VfolderFilter {
  readonly host: string | null;
  readonly name: string | null;
  /** Any of these: `delete-pending` brings up what is in the trash; no word brings up what is deleted. */
  readonly status: readonly string[] | null;
}

/** The `first` so many behind `after` and before `before`, and the `last` so many of those; one of the two is given. */
export interface VfolderPageOptions {
  readonly filter: VfolderFilter;
  readonly after: string | null;
  readonly before: string | null;
  readonly first: number | null;
  readonly last: number | null;
}

export interface VfolderPage {
  readonly items: readonly VirtualFolder[];
  /** Whether any that passes the filter comes before these, and after. */
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

/** The source does not answer. `message` is a sentence that may be shown to anyone. */
export class VfoldersUnavailable extends Error {
  override readonly name = 'VfoldersUnavailable';
}

/** The words of a status filter that bring up anything; null: every word but those of deleted folders. */
export function shownStatuses(status: VfolderFilter['status']): readonly string[] | null {
  return status?.filter((word) => word === TRASHED || !DELETED.test(word)) ?? null;
}

/** The embedded default: the `[[vfolder]]` entries of the configuration. */
export function createConfiguredVfolders(entries: readonly VirtualFolder[]): VfolderSource {
  const byId = new Map(entries.map((folder) => [folder.id.toLowerCase(), { ...folder, id: folder.id.toLowerCase() }]));
  const ordered = [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    findMany: async (ids) =>
      ids.map((id) => {
        const folder = byId.get(id.toLowerCase());
        return folder !== undefined && isShown(folder) ? folder : null;
      }),
    async page({ filter: { host, name, status }, ...options }) {
      const shown = shownStatuses(status);
      const passing = ordered.filter(
        (folder) =>
          (host === null || folder.host === host) &&
          (name === null || folder.name === name) &&
          (shown === null ? isShown(folder) : shown.includes(folder.status)),
      );
      return pageOf(passing, options);
    },
    affected: () => null,
    away: () => null,
  };
}

const isShown = ({ status }: VirtualFolder): boolean => !DELETED.test(status);

function pageOf(
  folders: readonly VirtualFolder[],
  { after, before, first, last }: Omit<VfolderPageOptions, 'filter'>,
): VfolderPage {
  let start = after === null ? 0 : firstIndex(folders, ({ id }) => id > after);
  let end = before === null ? folders.length : firstIndex(folders, ({ id }) => id >= before);
  if (first !== null) end = Math.min(end, start + first);
  if (last !== null) start = Math.max(start, end - last);
  return { items: folders.slice(start, end), hasPrevious: start > 0, hasNext: end < folders.length };
}

function firstIndex(folders: readonly VirtualFolder[], holds: (folder: VirtualFolder) => boolean): number {
  const index = folders.findIndex(holds);
  return index === -1 ? folders.length : index;
}
