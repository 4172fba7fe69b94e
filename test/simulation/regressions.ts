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

export const REGRESSIONS: readonly Regression[] = [];
