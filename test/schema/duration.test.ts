import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Duration, formatDuration, Interval, parseDuration } from '../../schema/duration.ts';

describe('a duration', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['1d', 86_400_000],
    ['90', 90_000],
    [30, 30_000],
    [0.5, 500],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'soon', '-5s', '5m junk', 's', '5 m', '1e400s', '٣s', Number.NaN, -1, Infinity])(
    '%j is none, and the message says what is expected',
    (text) => {
      const result = Duration.safeParse(text);
      expect(result.error?.issues.map(({ message }) => message)).toEqual([
        'expected a duration such as "30s", "5m" or "1h30m", or a number of seconds',
      ]);
    },
  );

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe('an interval', () => {
  it.each(['999ms', '25h'])('%j is outside of 1 s to 1 d', (text) => {
    expect(Interval.safeParse(text).success).toBe(false);
  });
});
