import { mountOnly } from './mount-only.ts';

/** Dell EMC PowerScale (OneFS), mounted by NFS. */
export const dellemcOnefs = mountOnly({ expectedTypes: ['nfs', 'nfs4'], notChecked: 'OneFS API' });
