import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const TERM = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;
const EXPECTED = 'expected a duration such as "30s", "5m" or "1h30m", or a number of seconds';

/** Reads `"30s"`, `"5m"`, `"1h30m"`, `"500ms"` or a number of seconds, as milliseconds. */
export const Duration = z
  .custom<string | number>((value) => typeof value === 'string' || typeof value === 'number', { error: EXPECTED })
  .transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== null) return ms;
    context.addIssue({ code: 'custom', message: EXPECTED, input: value });
    return z.NEVER;
  });

/** How often something is checked: a duration from 1 s to 1 d, in milliseconds. */
export const Interval = Duration.pipe(
  z.number().min(1_000, { error: 'expected at least "1s"' }).max(UNIT_MS.d, { error: 'expected at most "1d"' }),
);

/** How long to wait for an answer: a duration from 10 ms to 1 d, in milliseconds. */
export const Timeout = Duration.pipe(
  z.number().min(10, { error: 'expected at least "10ms"' }).max(UNIT_MS.d, { error: 'expected at most "1d"' }),
);

/** Milliseconds in `value`, or `null` where it is no duration. Digits alone are seconds, as Backend.AI reads them. */
export function parseDuration(value: string | number): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value * 1_000) : null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1_000);
  let total = 0;
  let read = 0;
  for (const [term, amount, unit] of value.matchAll(TERM)) {
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
    read += term.length;
  }
  return value !== '' && read === value.length && Number.isFinite(total) ? Math.round(total) : null;
}

/** `90_000` as `"1m30s"`: what `parseDuration` reads back as the same number. */
export function formatDuration(ms: number): string {
  const parts: string[] = [];
  let left = Math.round(ms);
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(left / UNIT_MS[unit]);
    if (amount > 0) parts.push(`${amount}${unit}`);
    left -= amount * UNIT_MS[unit];
  }
  return parts.join('') || '0s';
}
