import type { Manager } from '../manager.ts';

/** What the resolvers look things up in. `checkVolume` is the only call that leaves the process. */
export type GraphqlContext = Omit<Manager, 'isReady' | 'reconfigure' | 'stop' | 'warn'>;
