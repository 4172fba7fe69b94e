import { replaceGlobals } from './globals.ts';
import { createRandom } from '../world/random.ts';
import { REACHABLE } from '../world/reachable.ts';
import type { Ring } from '../ring.ts';
import type { Mangle } from './serve-over-wire.ts';
import { createStackTransport } from './stack-transport.ts';
import type { Wire } from '../world/wire.ts';
import { createWorld } from '../world/world.ts';

/** The same world by all the code that is shipped, HTTP included, in a process whose globals are the world's: complete. */
export const stackRing: Ring = {
  name: 'stack',
  createWorld(seed) {
    const world = createWorld(seed, createStackTransport({ mangleOn }), { longestMs: 3_000, limitsLastMs: 5_000 });
    const release = replaceGlobals(world.kernel, createRandom(seed.number, 'process'));
    return { ...world, release };
  },
  reachable: REACHABLE,
};

function mangleOn(wire: Wire): Mangle {
  return (chunk) => {
    const how = wire.mangling();
    if (how === 'cut') return 'cut';
    if (how === 'twice') return [chunk, chunk];
    if (how === 'lost') return [];
    return [how === 'garbage' ? chunk.map((byte) => byte ^ 1) : chunk];
  };
}
