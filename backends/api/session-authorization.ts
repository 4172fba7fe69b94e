import type { z } from 'zod';
import type { MonotonicClock } from '../backend.ts';
import { ApiFailed } from './api-failed.ts';
import { bodyOf, readAs } from './answer.ts';
import type { Authorization } from './authorization.ts';
import type { HttpAnswer } from './http-client.ts';
import { createJoining } from './joining.ts';
import { createLoginGuard } from './login-guard.ts';
import { readSecret, type Secret } from './secret.ts';

/** What a login gave. */
export interface Tokens {
  readonly access: string;
  /** Gets another access token without the password. */
  readonly refresh: string | null;
  /** For how long the access token is good; null if nobody said. */
  readonly lifetimeMs: number | null;
}

/** How one vendor's API gives out tokens. Both reject with an `ApiFailed`, of kind `refused` if they are refused. */
export interface TokenIssuer {
  readonly system: string;
  readonly logIn: (password: string, signal: AbortSignal) => Promise<Tokens>;
  readonly refresh: (token: string, signal: AbortSignal) => Promise<Tokens>;
  /** Whether an answer to a call says that its token is not good (any more). */
  readonly isTokenRefused: (answer: HttpAnswer) => boolean;
}

/**
 * Reads the answer to a login or a refresh. Throws an `ApiFailed`, of kind `refused` for 400, 401 and 403, that quotes
 * nothing of it: such an answer may hold what was sent.
 */
export function readTokens<T extends Tokens>(answer: HttpAnswer, schema: z.ZodType<T>, system: string): T {
  const { status } = answer;
  if (status < 400) return readAs(schema, bodyOf(answer, system), system);
  const kind = [400, 401, 403].includes(status) ? 'refused' : 'error';
  const what = kind === 'refused' ? 'login refused' : 'API answered a login with an error';
  throw new ApiFailed(`${system} ${what} (HTTP ${status})`, { kind, system, status });
}

/** A token is renewed so long before it ends. */
const EARLY_MS = 30_000;

/**
 * Logs in when a token is needed, once for all who wait; refreshes it before it ends, and logs in again where that is
 * refused. A token that is refused right after it was given out is as bad as a refused login.
 */
export function sessionAuthorization(issuer: TokenIssuer, password: Secret, clock: MonotonicClock): Authorization {
  const guard = createLoginGuard(clock);
  const join = createJoining();
  let known: { readonly tokens: Tokens; readonly goodUntilMs: number } | null = null;
  let secret = '';

  return {
    async headers(signal) {
      const tokens = known !== null && clock.mono() < known.goodUntilMs ? known.tokens : await join('', signal, renew);
      return { authorization: `Bearer ${tokens.access}` };
    },
    isRefusal: issuer.isTokenRefused,
    canRenew({ authorization }) {
      if (known !== null && authorization === `Bearer ${known.tokens.access}`)
        known = { ...known, goodUntilMs: -Infinity };
      return true;
    },
    giveUp(_refused, refusal) {
      known = null;
      return guard.refused(secret, refusal);
    },
    accepted: guard.accepted,
    secrets: () => [secret, known?.tokens.access ?? '', known?.tokens.refresh ?? ''],
  };

  async function renew(signal: AbortSignal): Promise<Tokens> {
    secret = await readSecret(password);
    guard.check(secret);
    const refresh = known?.tokens.refresh ?? null;
    const tokens = (refresh === null ? null : await refreshed(refresh, signal)) ?? (await loggedIn(signal));
    const { lifetimeMs } = tokens;
    const early = lifetimeMs === null ? 0 : Math.min(EARLY_MS, lifetimeMs / 4);
    known = { tokens, goodUntilMs: lifetimeMs === null ? Infinity : clock.mono() + lifetimeMs - early };
    return tokens;
  }

  /** Null if that token is refused: then it takes a login. */
  async function refreshed(token: string, signal: AbortSignal): Promise<Tokens | null> {
    try {
      return await issuer.refresh(token, signal);
    } catch (error) {
      known = null;
      if (error instanceof ApiFailed && error.kind === 'refused') return null;
      throw error;
    }
  }

  async function loggedIn(signal: AbortSignal): Promise<Tokens> {
    try {
      return await issuer.logIn(secret, signal);
    } catch (error) {
      throw error instanceof ApiFailed && error.kind === 'refused' ? guard.refused(secret, error) : error;
    }
  }
}
