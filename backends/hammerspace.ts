import { mountOnly } from './mount-only.ts';

/** Hammerspace, mounted by NFS. */
export const hammerspace = mountOnly({ expectedTypes: ['nfs', 'nfs4'], notChecked: 'Hammerspace API' });
