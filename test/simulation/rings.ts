import type { Ring } from './ring.ts';

export type RingName = Ring['name'];

/** Where each ring is found; loaded only by who runs it, as one of them replaces what the process is made of. */
export type Rings = Readonly<Record<RingName, () => Promise<Ring>>>;

export const RINGS: Rings = {
  engine: async () => (await import('./engine/engine-ring.ts')).engineRing,
  stack: async () => (await import('./stack/stack-ring.ts')).stackRing,
};
