import { realMs } from './real-time.ts';
import type { WantedSeeds } from './simulate-arguments.ts';

/** Gives one number after the other; null once there are no more, or the time is over. */
export function seedNumbers(seeds: WantedSeeds): () => number | null {
  const { from, to, endMs } = boundsOf(seeds);
  let next = from;
  return () => {
    if (next > to || realMs() >= endMs) return null;
    next += 1;
    return next - 1;
  };
}

function boundsOf(seeds: WantedSeeds): { from: number; to: number; endMs: number } {
  switch (seeds.type) {
    case 'one':
      return { from: seeds.number, to: seeds.number, endMs: Infinity };
    case 'range':
      return { ...seeds, endMs: Infinity };
    default:
      return { from: seeds.from, to: Infinity, endMs: realMs() + seeds.forMs };
  }
}
