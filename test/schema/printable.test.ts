import fc from 'fast-check';
import { expect, it } from 'vitest';
import { printable } from '../../schema/printable.ts';

it('leaves what is printable as it is', () => {
  expect(printable('usable, 35 % used — 저장소')).toBe('usable, 35 % used — 저장소');
});

it('makes one line of bounded length of any text, without characters that steer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
      const line = printable(text);
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(1_024);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});

it('cuts between characters', () => {
  expect(printable('저장소', 7)).toBe('저…');
  expect(printable('저장소', 9)).toBe('저장소');
});
