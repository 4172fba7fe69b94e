import { randomBytes, randomUUID } from 'node:crypto';

/** A token in three parts, as real ones look; nobody can check its signature. No two are the same. */
export function createJwt(claims: Readonly<Record<string, unknown>>): string {
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { ...claims, jti: randomUUID() },
  ];
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...encoded, randomBytes(32).toString('base64url')].join('.');
}
