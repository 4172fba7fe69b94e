import { expect, it } from 'vitest';
import { inSteps, present } from '../../../backends/api/judgement.ts';

it.each([
  [0, 0],
  [2.4, 0],
  [2.5, 5],
  [33, 35],
  [99, 100],
  [100, 100],
])('a percentage of %s is told as %s', (percent, told) => {
  expect(inSteps(percent)).toBe(told);
});

it('metadata leave out what an API did not say, and keep what is nothing', () => {
  expect(present({ a: 0, b: '', c: false, d: null, e: undefined })).toEqual({ a: 0, b: '', c: false });
});
