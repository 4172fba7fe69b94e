import { mountOnly } from './mount-only.ts';

/** Pure Storage FlashBlade, mounted by NFS. */
export const purestorage = mountOnly({ expectedTypes: ['nfs', 'nfs4'], notChecked: 'Purity API' });
