import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecorrelatedBackoff } from '../../client/decorrelated-backoff.ts';

const LIMITS = { minMs: 500, maxMs: 30_000 };
const delays = (count: number, random: () => number): number[] => {
  const backoff = createDecorrelatedBackoff({ ...LIMITS, random });
  return Array.from({ length: count }, () => backoff.nextMs());
};

describe('a decorrelated backoff', () => {
  it('grows to three times the last delay at most, up to its limit', () => {
    expect(delays(6, () => 1)).toEqual([1_500, 4_500, 13_500, 30_000, 30_000, 30_000]);
  });

  it('comes down to its shortest delay at least', () => {
    expect(delays(3, () => 0)).toEqual([500, 500, 500]);
  });

  it('keeps each delay between the shortest and three times the one before', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (rolls) => {
        const rolled = delays(rolls.length, () => rolls.shift() ?? 0);
        for (const [at, delay] of rolled.entries()) {
          const most = Math.min(LIMITS.maxMs, 3 * (rolled[at - 1] ?? LIMITS.minMs));
          expect(delay).toBeGreaterThanOrEqual(LIMITS.minMs);
          expect(delay).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it('starts anew once it is reset', () => {
    const backoff = createDecorrelatedBackoff({ ...LIMITS, random: () => 1 });
    backoff.nextMs();
    backoff.nextMs();
    backoff.reset();
    expect(backoff.nextMs()).toBe(1_500);
  });
});
