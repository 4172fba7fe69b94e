import type { MonotonicClock } from '../backend.ts';
import { ApiFailed } from './api-failed.ts';

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 600_000;

/**
 * Keeps refused credentials from being tried again and again, because storage systems lock accounts: after a refusal
 * not before 1 minute has gone by, then 2, 4, 8 and at most 10. Other credentials may be tried at once.
 */
export interface LoginGuard {
  /** Throws the refusal, and until when it stands, while these credentials must not be tried. */
  readonly check: (credentials: string) => void;
  /** Hears that these were refused; returns the refusal with the time until which it stands. */
  readonly refused: (credentials: string, refusal: ApiFailed) => ApiFailed;
  readonly accepted: () => void;
}

export function createLoginGuard(clock: MonotonicClock): LoginGuard {
  let standing: { credentials: string; refusal: ApiFailed; untilMs: number; waitMs: number } | null = null;
  return {
    check(credentials) {
      if (standing?.credentials === credentials && clock.mono() < standing.untilMs) throw standing.refusal;
    },
    refused(credentials, { message, system, status }) {
      const before = standing?.credentials === credentials ? standing : null;
      // Of several calls that were out at once, one counts.
      if (before !== null && clock.mono() < before.untilMs) return before.refusal;
      const waitMs = before === null ? FIRST_WAIT_MS : Math.min(before.waitMs * 2, LONGEST_WAIT_MS);
      const until = new Date(clock.now() + waitMs).toISOString().replace(/\.\d+/, '');
      const refusal = new ApiFailed(`${message}; not tried again before ${until}`, {
        kind: 'refused',
        system,
        ...(status === null ? {} : { status }),
      });
      standing = { credentials, refusal, untilMs: clock.mono() + waitMs, waitMs };
      return refusal;
    },
    accepted() {
      standing = null;
    },
  };
}
