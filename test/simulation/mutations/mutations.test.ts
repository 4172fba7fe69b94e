import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Mutation, MUTATIONS } from './mutations.ts';
import { planted } from './planted.ts';

const MUTATION: Mutation = { name: 'two is three', file: 'x.ts', find: 'two', replace: '$& is three' };

describe('a planted fault', () => {
  it('is a text in the place of another', () => {
    expect(planted('one two four', MUTATION)).toBe('one $& is three four');
  });

  it.each([
    ['one', 0],
    ['two and two', 2],
  ])('is refused where its place is not plain: %s', (text, found) => {
    expect(() => planted(text, MUTATION)).toThrow(`"two is three": expected once in x.ts, found ${found} times: two`);
  });

  it.each(MUTATIONS)('has its place in the code: $name', (mutation) => {
    const text = readFileSync(new URL(`../../../${mutation.file}`, import.meta.url), 'utf8');

    expect(planted(text, mutation)).not.toBe(text);
  });

  it('has a name of its own', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });
});
