import type { VfolderSource } from '../../manager/vfolders.ts';
import type { VirtualFolder } from '../../schema/vfolder.ts';

export const EVERY = { host: null, name: null, status: null } as const;

/** The first thousand folders of a source. */
export async function allFolders({ page }: VfolderSource): Promise<readonly VirtualFolder[]> {
  const { items } = await page({ filter: EVERY, after: null, before: null, first: 1_000, last: null });
  return items;
}
