import DataLoader from 'dataloader';
import type { VirtualFolder } from '../../schema/vfolder.ts';
import type { VfolderSource } from '../vfolders.ts';
import { orUnavailable } from './vfolders-unavailable.ts';

/** So many ids are asked for at once, at most. */
const MAX_BATCH = 1_000;

/**
 * Finds a folder by its UUID. Whatever is asked for within one turn of the event loop, by whatever fields and requests,
 * is one question to the source; nothing is kept.
 */
export function createFolderLoader(vfolders: VfolderSource): (id: string) => Promise<VirtualFolder | null> {
  const loader = new DataLoader<string, VirtualFolder | null>((ids) => orUnavailable(vfolders.findMany(ids)), {
    cache: false,
    maxBatchSize: MAX_BATCH,
  });
  return (id) => loader.load(id);
}
