import { describe, expect, it } from 'vitest';
import { growthExponent, quantile, quantiles } from './quantiles.ts';

describe('the figures of a bench', () => {
  const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('are in the order of their values, not of their coming', () => {
    expect(quantiles(oneToHundred, 0)).toEqual(['51', '100', '100']);
  });

  it('are no numbers where nothing was measured', () => {
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('tell linear growth from quadratic, whatever its factor', () => {
    expect(growthExponent(growth(1))).toBeCloseTo(1);
    expect(growthExponent(growth(2))).toBeCloseTo(2);
  });
});

function growth(power: number) {
  return [10, 100, 1_000].map((x) => ({ x, y: 3 * x ** power }));
}
