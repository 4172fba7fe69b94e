import { describeTlsFailure } from '../../client/tls-failure.ts';

/** Why the database gave no rows, in words without a name, an address or a secret. */
export interface PostgresFailure {
  readonly why: string;
  /** Whether nobody else will be answered either; else only this one asked for too much, or at a bad time. */
  readonly isAway: boolean;
}

export const NO_ANSWER = 'no answer in time';
export const TOO_MANY = 'too many ask at once';

/** What PostgreSQL answers, by its SQLSTATE or the class of that, and what it means to whoever has to mend it. */
const BY_STATE: Readonly<Record<string, string>> = {
  '28P01': 'it refuses the password: check user and password in [db]',
  '28': 'it does not let the role in from here: check user and ssl_enabled in [db], and its pg_hba.conf',
  '3D': 'it has no such database: check name in [db]',
  '42P01': 'it has no table vfolders: check name in [db]',
  '42703': 'its table vfolders lacks a column: it must be that of Backend.AI 22.09.1 or newer',
  '42501': 'the role may not read the table vfolders: GRANT SELECT ON vfolders TO it',
  '53300': 'it has no connection left: lower pool_size in [vfolders], or raise its max_connections',
  '53': 'it has not enough resources',
  '57P03': 'it is starting or shutting down',
  '57': 'it is shutting down',
};

/** What Node and pg say, by a code or in words. */
const BY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/ENOTFOUND|EAI_AGAIN/, 'the host is not known'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to the host'],
  [/ENOENT/, 'there is no socket of it in that directory'],
  [/EACCES/, 'its socket may not be used'],
  [/client password must be/, 'it wants a password: set password in [db]'],
  [/does not support SSL/, 'it does not speak TLS: leave ssl_enabled, ca and client_cert in [db] away'],
  [
    /unsupported startup parameter/,
    'the pooler before it refuses "options": add that to its ignore_startup_parameters',
  ],
  [/Query read timeout|connection timeout|ETIMEDOUT|no answer in time/, NO_ANSWER],
  [/ECONNRESET|EPIPE|Connection terminated|is not queryable/, 'it hangs up'],
];

/** Null: it did answer, and the fault is ours. */
export function postgresFailure(error: unknown): PostgresFailure | null {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === '57014') return { why: 'it took longer than statement_timeout', isAway: false };
  if (message === TOO_MANY || message === 'timeout exceeded when trying to connect') {
    return { why: TOO_MANY, isAway: false };
  }
  const words = BY_WORDS.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
  if (words !== undefined) return { why: words, isAway: true };
  if (!isAnswered(error)) return { why: describeTlsFailure(code, message) ?? 'it cannot be spoken with', isAway: true };
  // Data that cannot be read, and statements that are none.
  if (/^(?:2[0-7]|42601)/.test(code)) return null;
  const known = BY_STATE[code] ?? BY_STATE[code.slice(0, 2)];
  return { why: known ?? `it answers with error ${code}`, isAway: true };
}

/** Whether PostgreSQL itself has said so. */
const isAnswered = (error: unknown): boolean =>
  error instanceof Error && 'severity' in error && /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));

/** Whether the connection is as good as before: what is worse than an `ERROR` ends it. */
export const isOfStatement = (error: unknown): boolean =>
  isAnswered(error) && (error as { severity?: unknown }).severity === 'ERROR';

/** Whether a connection that was good has ended. */
export function isLost(error: unknown): boolean {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return /^57P0[12]$|ECONNRESET|EPIPE/.test(code) || LOST.test(message);
}

const LOST = /^Connection terminated(?: unexpectedly)?$|is not queryable$/;
