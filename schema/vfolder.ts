import { z } from 'zod';

/** A virtual folder, as far as its storage is concerned. */
export const VirtualFolder = z
  .object({
    id: z.guid().describe('UUID of the folder.'),
    name: z.string().describe('Name of the folder.'),
    host: z.string().describe('Volume host that stores it, `proxy:volume`; empty where Backend.AI manages no storage.'),
  })
  .meta({ id: 'VirtualFolderNode', description: 'A virtual folder and the health of the storage it lives on.' });
export type VirtualFolder = z.infer<typeof VirtualFolder>;
