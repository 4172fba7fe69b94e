import { z } from 'zod';

/** A virtual folder, as far as its storage is concerned. */
export const VirtualFolder = z
  .object({
    id: z.guid().describe('UUID of the folder.'),
    name: z.string().describe('Name of the folder.'),
    host: z.string().describe('Volume host that stores it, `proxy:volume`; empty where Backend.AI manages no storage.'),
    status: z.string().describe('What Backend.AI does with it, in its own word: `ready`, `cloning`, `delete-pending`…'),
  })
  .meta({ id: 'VirtualFolderNode', description: 'A virtual folder and the health of the storage it lives on.' });
export type VirtualFolder = z.infer<typeof VirtualFolder>;

/** What a configured folder is, where nobody says otherwise. */
export const READY = 'ready';

/** In the trash: deleted by its user, who can still have it back. */
export const TRASHED = 'delete-pending';

/**
 * How every word for a folder that is deleted, or about to be, begins, in any version of Backend.AI: `deleting` until
 * 23.09, `delete-…` since 24.03, and `deleted-complete` and `purge-ongoing` in between. PostgreSQL reads it alike.
 */
export const DELETED = /^(delet|purg)/;
