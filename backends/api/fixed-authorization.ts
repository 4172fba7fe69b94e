import type { MonotonicClock } from '../backend.ts';
import type { Authorization } from './authorization.ts';
import type { HttpAnswer } from './http-client.ts';
import { createLoginGuard } from './login-guard.ts';
import { createSecretMemory } from './redaction.ts';
import { OptionUnreadable, readSecret, type Secret } from './secret.ts';

const isUnauthorized = ({ status }: HttpAnswer): boolean => status === 401;

/** HTTP Basic: every call is a login, and a refused one, which some vendors say in words of their own, is held back. */
export function basicAuthorization(
  username: string,
  password: Secret,
  clock: MonotonicClock,
  isRefusal: Authorization['isRefusal'] = isUnauthorized,
): Authorization {
  const authorization = fixed(password, clock, (secret) => {
    const encoded = Buffer.from(`${username}:${secret}`).toString('base64');
    return { value: `Basic ${encoded}`, secrets: [secret, encoded] };
  });
  return { ...authorization, isRefusal };
}

/** A token that somebody made for us: `Bearer …`, or another scheme. */
export function tokenAuthorization(scheme: string, token: Secret, clock: MonotonicClock): Authorization {
  return fixed(token, clock, (secret) => {
    if (!isToken(secret)) throw new OptionUnreadable('the token holds characters that cannot be sent');
    return { value: `${scheme} ${secret}`, secrets: [secret] };
  });
}

/** Whether a header can carry it, and nothing but it. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7E]+$/.test(text);
}

interface Credentials {
  readonly value: string;
  readonly secrets: readonly string[];
}

function fixed(secret: Secret, clock: MonotonicClock, encode: (secret: string) => Credentials): Authorization {
  const guard = createLoginGuard(clock);
  const { remember, secrets } = createSecretMemory();
  return {
    async headers() {
      const credentials = encode(await readSecret(secret));
      remember(...credentials.secrets);
      guard.check(credentials.value);
      return { authorization: credentials.value };
    },
    isRefusal: isUnauthorized,
    canRenew: () => false,
    giveUp: ({ authorization = '' }, refusal) => guard.refused(authorization, refusal),
    accepted() {},
    secrets,
  };
}
