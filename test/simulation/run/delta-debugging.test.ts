import { describe, expect, it } from 'vitest';
import { minimised } from './delta-debugging.ts';

const HUNDRED = Array.from({ length: 100 }, (_, index) => index);

describe('leaving out what is not needed', () => {
  it.each([[[]], [[0]], [[99]], [[3, 50, 97]], [[0, 1, 2, 50, 51, 98, 99]], [HUNDRED]])(
    'leaves all that is: %j',
    async (needed) => {
      const tried = async (items: readonly number[]) => (needed.every((item) => items.includes(item)) ? items : null);

      expect(await minimised(HUNDRED, tried)).toEqual(needed);
    },
  );

  it('goes on with what was found to be needed still', async () => {
    const sizes: number[] = [];
    const tried = async (items: readonly number[]) => {
      sizes.push(items.length);
      return items.includes(99) ? [99] : null;
    };

    expect(await minimised(HUNDRED, tried)).toEqual([99]);
    expect(sizes).toEqual([50, 0]);
  });
});
