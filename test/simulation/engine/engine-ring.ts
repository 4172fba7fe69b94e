import { engineTransport } from './engine-transport.ts';
import { REACHABLE } from '../world/reachable.ts';
import type { Ring } from '../ring.ts';
import { createWorld } from '../world/world.ts';

/** Proxies, managers and subscribers that exchange messages: fast, and so deep. */
export const engineRing: Ring = {
  name: 'engine',
  createWorld: (seed) => createWorld(seed, engineTransport, { longestMs: 700, limitsLastMs: 0 }),
  reachable: REACHABLE,
};
