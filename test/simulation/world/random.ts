import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** At least 0, less than 1. */
  readonly next: () => number;
  /** A whole number from `from` to `to`, both included. */
  readonly int: (from: number, to: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** Spread evenly over orders of magnitude: short and long are equally likely. */
  readonly logarithmic: (from: number, to: number) => number;
}

/**
 * Randomness that depends on nothing but its key. Whatever is to stay the same while other things are left out of a
 * story draws from a key of its own.
 */
export function createRandom(...key: readonly (string | number)[]): Random {
  const generator = xoroshiro128plus(hash(key.join('/')));
  const next = (): number => uniformFloat64(generator);
  // The first numbers of seeds that are alike are alike.
  for (let skipped = 0; skipped < 4; skipped += 1) next();
  return {
    next,
    int: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick: (choices) => choices[Math.floor(next() * choices.length)]!,
    logarithmic: (from, to) => from * (to / from) ** next(),
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
