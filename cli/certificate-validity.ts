import type { X509Certificate } from 'node:crypto';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

type Validity = Pick<X509Certificate, 'validFromDate' | 'validToDate'>;

export function isValidAt({ validFromDate, validToDate }: Validity, nowMs: number): boolean {
  return validFromDate.getTime() <= nowMs && nowMs <= validToDate.getTime();
}

/** What its owner should know of how long a certificate is valid, as a sentence that follows its name; else null. */
export function validityWarning({ validFromDate, validToDate }: Validity, nowMs: number): string | null {
  if (nowMs < validFromDate.getTime())
    return `is not valid before ${dayOf(validFromDate)}: nobody trusts it until then`;
  const days = Math.floor((validToDate.getTime() - nowMs) / DAY_MS);
  if (days < 0) return `expired on ${dayOf(validToDate)}: nobody trusts it any more; renew it`;
  return days < SOON_DAYS ? `expires on ${dayOf(validToDate)}, ${inDays(days)}: renew it` : null;
}

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

const inDays = (days: number): string => (days === 0 ? 'within a day' : days === 1 ? 'in 1 day' : `in ${days} days`);
