import type { z } from 'zod';
import type { MonotonicClock } from '../backend.ts';
import { ApiFailed, type ApiFailureKind } from './api-failed.ts';
import { bodyOf, readAs } from './answer.ts';
import type { Authorization, Headers } from './authorization.ts';
import { isToken } from './fixed-authorization.ts';
import type { HttpAnswer } from './http-client.ts';
import { createJoining } from './joining.ts';
import { createLoginGuard } from './login-guard.ts';
import { createSecretMemory } from './redaction.ts';
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
  readonly logIn: (password: string, signal: AbortSignal) => Promise<Tokens>;
  readonly refresh: (token: string, signal: AbortSignal) => Promise<Tokens>;
  /** Whether an answer to a call says that its token is not good (any more). */
  readonly isTokenRefused: (answer: HttpAnswer) => boolean;
}

/**
 * Reads the answer to a login or a refresh. Throws an `ApiFailed`, of kind `refused` for 401 and 403, that quotes nothing
 * of it: such an answer may hold what was sent.
 */
export function readTokens<T extends Tokens>(answer: HttpAnswer, schema: z.ZodType<T>, system: string): T {
  const { status } = answer;
  if (status >= 200 && status <= 299) {
    const tokens = readAs(schema, bodyOf(answer, system), system);
    if (isToken(tokens.access)) return tokens;
    throw new ApiFailed(`${system} API gave out a token that cannot be sent`, { kind: 'unreadable', system, status });
  }
  if (status === 401 || status === 403) {
    const why = status === 403 ? ': the account may be locked' : '';
    throw new ApiFailed(`${system} login refused (HTTP ${status}${why})`, { kind: 'refused', system, status });
  }
  const [kind, what] = status < 400 ? (['unreadable', 'elsewhere'] as const) : (['error', 'with an error'] as const);
  const verb = status < 400 ? 'redirects a login' : 'answered a login';
  throw new ApiFailed(`${system} API ${verb} ${what} (HTTP ${status})`, { kind, system, status });
}

/** A token is renewed so long before it ends. */
const EARLY_MS = 30_000;

interface Known {
  readonly tokens: Tokens;
  readonly goodUntilMs: number;
  /** Whether they came for the password, and not for another token. */
  readonly isLogin: boolean;
  /** Whether a call was let in with them. */
  readonly isProven: boolean;
}

/**
 * Logs in when a token is needed, once for all who wait; refreshes it before it ends, and logs in again where that
 * fails. A token that is refused right after a login is as bad as a refused login.
 */
export function sessionAuthorization(
  issuer: TokenIssuer,
  password: Secret,
  { clock, stopping }: { readonly clock: MonotonicClock; readonly stopping: AbortSignal },
): Authorization {
  const guard = createLoginGuard(clock);
  // Whether credentials are refused must be known, however long it takes to say so.
  const join = createJoining({ heardOutUntil: stopping });
  const { remember, secrets } = createSecretMemory();
  let known: Known | null = null;
  let secret = '';

  return {
    async headers(signal) {
      const tokens = known !== null && clock.mono() < known.goodUntilMs ? known.tokens : await join('', signal, renew);
      return headersOf(tokens);
    },
    isRefusal: issuer.isTokenRefused,
    canRenew(refused) {
      // Somebody else has renewed it since, or has given up.
      if (known === null || !isOf(known, refused)) return true;
      if (!known.isProven && known.isLogin) return false;
      // A refresh that gives out dead tokens is no better the next time.
      known = known.isProven ? { ...known, goodUntilMs: -Infinity } : null;
      return true;
    },
    giveUp(refused, refusal) {
      if (known !== null && isOf(known, refused)) known = null;
      return guard.refused(secret, refusal);
    },
    accepted(headers) {
      if (known !== null && isOf(known, headers)) known = { ...known, isProven: true };
    },
    secrets,
  };

  async function renew(signal: AbortSignal): Promise<Tokens> {
    secret = await readSecret(password);
    remember(secret);
    guard.check(secret);
    const refresh = known?.tokens.refresh ?? null;
    const refreshed = refresh === null ? null : await refreshedBy(refresh, signal);
    const tokens = refreshed ?? (await loggedIn(signal));
    remember(tokens.access, tokens.refresh);
    known = { tokens, goodUntilMs: goodUntil(tokens), isLogin: refreshed === null, isProven: false };
    return tokens;
  }

  /** Null if that was answered, and gave no token: then it takes a login. */
  async function refreshedBy(token: string, signal: AbortSignal): Promise<Tokens | null> {
    try {
      return await issuer.refresh(token, signal);
    } catch (error) {
      if (!(error instanceof ApiFailed) || UNANSWERED.includes(error.kind)) throw error;
      known = null;
      return null;
    }
  }

  async function loggedIn(signal: AbortSignal): Promise<Tokens> {
    try {
      return await issuer.logIn(secret, signal);
    } catch (error) {
      // A server that finds fault with the request itself will do so again.
      const isFinal = error instanceof ApiFailed && (error.kind === 'refused' || error.status === 400);
      throw isFinal ? guard.refused(secret, error) : error;
    }
  }

  function goodUntil({ lifetimeMs }: Tokens): number {
    // Who says that a token has ended before it was given out has a clock that is wrong.
    if (lifetimeMs === null || lifetimeMs <= 0) return Infinity;
    return clock.mono() + lifetimeMs - Math.min(EARLY_MS, lifetimeMs / 4);
  }
}

const UNANSWERED: readonly ApiFailureKind[] = ['unreachable', 'untrusted', 'timeout'];

const headersOf = ({ access }: Tokens): Headers => ({ authorization: `Bearer ${access}` });

const isOf = ({ tokens }: Known, { authorization }: Headers): boolean =>
  authorization === headersOf(tokens)['authorization'];
