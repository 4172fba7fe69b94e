import { createHash, timingSafeEqual } from 'node:crypto';

/** What a caller has shown of the secret that manager and proxy share. */
export type Access = 'missing' | 'invalid' | 'granted';

/**
 * Tells how a request stands to the secret of that moment, in a time that depends on neither what is expected nor what
 * was sent.
 */
export function createSecretGate(secret: () => string): (headers: Headers) => Access {
  return (headers) => {
    const given = secretIn(headers);
    if (given === null) return 'missing';
    return timingSafeEqual(digest(given), digest(secret())) ? 'granted' : 'invalid';
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function secretIn(headers: Headers): string | null {
  const token = headers.get('x-backendai-storage-auth-token');
  return token ?? /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}
