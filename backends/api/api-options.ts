import { z } from 'zod';
import { Switch } from '../../schema/switch.ts';

const URL_EXPECTED = { error: 'expected a URL such as "https://storage.example:443"' } as const;

const Endpoint = z
  .string(URL_EXPECTED)
  .refine(isHttpUrl, URL_EXPECTED)
  .refine((text) => !isHttpUrl(text) || new URL(text).username + new URL(text).password === '', {
    error: 'expected a URL without user and password',
  })
  .refine((text) => !isHttpUrl(text) || !/[?#]/.test(text), { error: 'expected a URL without a query' });

/** One URL or a list of them; they are tried in this order. A path in it comes before every path that is asked. */
export const Endpoints = z
  .union([Endpoint, z.array(Endpoint).min(1, URL_EXPECTED)])
  .transform((value) => [value].flat().map(canonical));

/** Whether a certificate is verified: it is, unless somebody says otherwise. */
export const VerifySwitch = Switch.default(true);

/** A text that must not be empty. */
export const named = (what: string) => z.string({ error: `expected ${what}` }).min(1, { error: `expected ${what}` });

/** Finds fault with options that have neither a token nor a user, or a user without a password. */
export function demandCredentials(
  given: Readonly<Record<'user' | 'password' | 'token', unknown>>,
  context: z.core.$RefinementCtx,
  keys: Readonly<Record<keyof typeof given, string>>,
): void {
  const fault = (key: string, message: string) => {
    context.addIssue({ code: 'custom', path: [key], message, input: undefined });
  };
  // That it is empty is a mistake of its own.
  if (given.user === '') return;
  if (given.user === undefined) {
    if (given.token === undefined) fault(keys.user, `expected a user and its password, or a ${keys.token}`);
  } else if (given.password === undefined) {
    fault(keys.password, 'expected the password of the user');
  }
}

export const CaFile = z
  .string({ error: 'expected a PEM file' })
  .min(1, { error: 'expected a PEM file' })
  .optional()
  .describe('PEM file with the authority of the certificate, instead of the public ones.');

function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

/** Without slashes at its end, and without what only looks like a part of it. */
function canonical(endpoint: string): string {
  const { origin, pathname } = new URL(endpoint);
  return origin + pathname.replace(/\/+$/, '');
}
