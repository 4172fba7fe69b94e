import { describe, expect, it } from 'vitest';
import { Amount, Identifier, parseExactJson } from '../../../backends/api/exact-json.ts';

describe('an answer in JSON', () => {
  it.each<[string, unknown]>([
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['18446744073709551615', 18_446_744_073_709_551_615n],
    ['{"a":[{"b":9007199254740993}]}', { a: [{ b: 9_007_199_254_740_993n }] }],
    ['1e3', 1_000],
    ['1.5', 1.5],
    ['-0', -0],
    ['"9007199254740993"', '9007199254740993'],
    ['null', null],
  ])('is read to the last digit: %s', (text, value) => {
    expect(parseExactJson(text)).toEqual(value);
  });

  it('does not take minutes for a number of a million digits, which counts nothing', () => {
    expect(parseExactJson('9'.repeat(1_000_000))).toBe(Infinity);
  });

  it.each(['', '{', '{"a":1', '\u0000'])('is refused when it is none: %j', (text) => {
    expect(() => parseExactJson(text)).toThrow(SyntaxError);
  });

  it('does not change what objects are', () => {
    expect(Object.getPrototypeOf(parseExactJson('{"__proto__":{"polluted":true}}'))).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('a number of things', () => {
  it.each([
    [12, 12],
    [9_007_199_254_740_993n, 9_007_199_254_740_992],
  ])('%s is as near as a number comes to it', (value, amount) => {
    expect(Amount.parse(value)).toBe(amount);
  });

  it.each([['twelve'], [null], [Infinity]])('is not %s', (value) => {
    expect(Amount.safeParse(value).success).toBe(false);
  });
});

describe('an identifier', () => {
  it.each([
    [7, '7'],
    [18_446_744_073_709_551_615n, '18446744073709551615'],
    ['0007', '0007'],
  ])('%s is kept digit by digit', (value, text) => {
    expect(Identifier.parse(value)).toBe(text);
  });
});
