import type { MonotonicClock } from '../backend.ts';
import { ApiFailed } from './api-failed.ts';

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 600_000;

/**
 * Keeps refused credentials from being tried again and again, because storage systems lock accounts: after a refusal
 * not before 1 minute has gone by, then 2, 4, 8 and at most 10. A wait is the first again once there was no refusal for
 * the longest of them. Other credentials may be tried at once.
 */
export interface LoginGuard {
  /** Throws the refusal, and until when it stands, while these credentials must not be tried. */
  readonly check: (credentials: string) => void;
  /** Hears that these were refused; returns the refusal with the time until which it stands. */
  readonly refused: (credentials: string, refusal: ApiFailed) => ApiFailed;
}

interface Refusal {
  readonly credentials: string;
  readonly refusal: ApiFailed;
  readonly until: { readonly wall: number; readonly mono: number };
  readonly waitMs: number;
}

export function createLoginGuard(clock: MonotonicClock): LoginGuard {
  let last: Refusal | null = null;
  return {
    check(credentials) {
      if (last?.credentials === credentials && stands(last)) throw last.refusal;
    },
    refused(credentials, { message, kind, system, status }) {
      const before = last?.credentials === credentials ? last : null;
      // Of several calls that were out at once, one counts.
      if (before !== null && stands(before)) return before.refusal;
      const isFirst = before === null || clock.mono() >= before.until.mono + LONGEST_WAIT_MS;
      const waitMs = isFirst ? FIRST_WAIT_MS : Math.min(before.waitMs * 2, LONGEST_WAIT_MS);
      const until = { wall: clock.now() + waitMs, mono: clock.mono() + waitMs };
      const when = new Date(until.wall).toISOString().replace(/\.\d+/, '');
      const details = { kind, system, ...(status === null ? {} : { status }) };
      last = {
        credentials,
        refusal: new ApiFailed(`${message}; not tried again before ${when}`, details),
        until,
        waitMs,
      };
      return last.refusal;
    },
  };

  /** The monotonic clock may stand still while the machine sleeps; the wall clock may be set. */
  function stands({ until }: Refusal): boolean {
    return clock.mono() < until.mono && clock.now() < until.wall;
  }
}
