import type { VirtualFolder } from '../../schema/vfolder.ts';
import type { Manager } from '../manager.ts';

/** What a manager lends to GraphQL. */
export type ManagerLookups = Omit<Manager, 'isReady' | 'reconfigure' | 'stop' | 'warn'>;

/** What the resolvers look things up in. Only `checkVolume` and virtual folders may leave the process. */
export interface GraphqlContext extends ManagerLookups {
  /** By UUID; null if there is none. Many are found at once. */
  readonly folder: (id: string) => Promise<VirtualFolder | null>;
}
