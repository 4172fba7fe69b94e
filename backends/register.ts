import type { Backend } from './backend.ts';
import { cephfs } from './cephfs.ts';
import { dellemcOnefs } from './dellemc-onefs.ts';
import { exascaler } from './exascaler.ts';
import { gpfs } from './gpfs.ts';
import { hammerspace } from './hammerspace.ts';
import { netapp } from './netapp.ts';
import { noop } from './noop.ts';
import { purestorage } from './purestorage.ts';
import { vast } from './vast.ts';
import { vfs } from './vfs.ts';
import { weka } from './weka.ts';
import { xfs } from './xfs.ts';

/** Every kind of storage, by the name it has in `[volume.X] backend`. */
export const BACKENDS: ReadonlyMap<string, Backend> = new Map([
  ['vfs', vfs],
  ['xfs', xfs],
  ['cephfs', cephfs],
  ['gpfs', gpfs],
  ['spectrumscale', gpfs],
  ['weka', weka],
  ['vast', vast],
  ['netapp', netapp],
  ['exascaler', exascaler],
  ['hammerspace', hammerspace],
  ['hammerspace-base', hammerspace],
  ['purestorage', purestorage],
  ['dellemc-onefs', dellemcOnefs],
  ['noop', noop],
]);

export function findBackend(name: string): Backend | null {
  return BACKENDS.get(name) ?? null;
}
