import type { VirtualFolder } from '../schema/vfolder.ts';

/** Where virtual folders come from. */
export interface VfolderSource {
  /** By UUID, in any case of its letters; null if there is none. */
  readonly find: (id: string) => Promise<VirtualFolder | null>;
  /** Every folder, ordered by id; only those of `host`, if given. */
  readonly list: (host?: string | null) => Promise<readonly VirtualFolder[]>;
}

/** The embedded default: the `[[vfolder]]` entries of the configuration. */
export function createConfiguredVfolders(entries: readonly VirtualFolder[]): VfolderSource {
  const byId = new Map(entries.map((folder) => [folder.id.toLowerCase(), folder]));
  const ordered = [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    find: async (id) => byId.get(id.toLowerCase()) ?? null,
    list: async (host) => (host == null ? ordered : ordered.filter((folder) => folder.host === host)),
  };
}
