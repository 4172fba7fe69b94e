import type { Seed } from './ring.ts';
import type { RingName } from './rings.ts';

/** A seed that has shown something wrong, which is mended since. */
export interface Regression {
  /** What went wrong, as a sentence. */
  readonly name: string;
  readonly ring: RingName;
  readonly seed: number;
  readonly steps: number;
  /** The only steps whose deeds are done. */
  readonly keep?: readonly number[];
  readonly limits?: Seed['limits'];
}

export const REGRESSIONS: readonly Regression[] = [
  { name: 'beats told of checks whose answer was yet to be told', ring: 'engine', seed: 2, steps: 97 },
  { name: 'the first outage of a proxy had no event', ring: 'engine', seed: 1, steps: 1069 },
  { name: 'a proxy whose double had gone was never believed again', ring: 'engine', seed: 3, steps: 1788 },
  { name: 'what had turned stale during a suspend was shown until a timer ran', ring: 'engine', seed: 20, steps: 1852 },
  {
    name: 'whoever followed an unreported volume was not told that its proxy was back',
    ring: 'engine',
    seed: 2,
    steps: 1282,
  },
  { name: 'a volume that a restarted proxy did not report yet was gone at once', ring: 'engine', seed: 16, steps: 606 },
  { name: 'a check that was out when its manager ended left a timer behind', ring: 'engine', seed: 1, steps: 3000 },
];
