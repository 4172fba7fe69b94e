import { mountOnly } from './mount-only.ts';

/** DDN EXAScaler, mounted by the Lustre client. */
export const exascaler = mountOnly({ expectedTypes: ['lustre'], notChecked: 'Lustre servers' });
