import { describe, expect, it } from 'vitest';
import { ApiFailed, READINGS, unknownWord } from '../../../backends/api/api-failed.ts';
import { readFailure } from '../../../backends/failure.ts';

describe('a call on an API that gave nothing to judge by', () => {
  it.each(Object.entries(READINGS))('makes a check unknown that was %s', (kind, [reason, what]) => {
    const error = new ApiFailed('said', { kind: kind as keyof typeof READINGS, system: 'ACME' });
    expect(readFailure(error)).toEqual({ status: 'unknown', reason, summary: `ACME ${what}`, info: 'said' });
  });

  it.each([
    ['ODD', '"ODD"'],
    ['two\nlines', String.raw`"two\nlines"`],
    [null, '"null"'],
  ])('names a word that nobody knows: %j', (word, said) => {
    expect(unknownWord('ACME', 'state', word)).toMatchObject({
      kind: 'unreadable',
      message: `ACME API answered state ${said}, a word that is not known here`,
    });
  });

  it('keeps no more of an endless word than is needed to find a secret in it', () => {
    expect(unknownWord('ACME', 'state', 'x'.repeat(1_000_000)).message.length).toBeLessThan(5_000);
  });
});
