import { describe, expect, it } from 'vitest';
import { isValidAt, validityWarning } from '../../cli/certificate-validity.ts';

const DAY_MS = 86_400_000;
const from = new Date('2026-01-01T00:00:00Z');
const to = new Date('2026-03-01T00:00:00Z');
const certificate = { validFromDate: from, validToDate: to };

describe('a certificate of 1 January to 1 March', () => {
  it.each<[number, string | null, boolean]>([
    [from.getTime() - 1, 'is not valid before 2026-01-01: nobody trusts it until then', false],
    [from.getTime(), null, true],
    [to.getTime() - 14 * DAY_MS, null, true],
    [to.getTime() - 14 * DAY_MS + 1, 'expires on 2026-03-01, in 13 days: renew it', true],
    [to.getTime() - DAY_MS, 'expires on 2026-03-01, in 1 day: renew it', true],
    [to.getTime() - DAY_MS + 1, 'expires on 2026-03-01, within a day: renew it', true],
    [to.getTime(), 'expires on 2026-03-01, within a day: renew it', true],
    [to.getTime() + 1, 'expired on 2026-03-01: nobody trusts it any more; renew it', false],
  ])('at %d: %s', (nowMs, warning, isValid) => {
    expect([validityWarning(certificate, nowMs), isValidAt(certificate, nowMs)]).toEqual([warning, isValid]);
  });
});
