import { createHash, timingSafeEqual } from 'node:crypto';
import type { Hono } from 'hono';
import { etag } from 'hono/etag';
import { parsePosition } from '../probe/feed.ts';
import { appRouter } from '../router/proxy.ts';
import { createTrpcApp, problem } from '../router/trpc-app.ts';
import type { StorageProxy } from './storage-proxy.ts';

export interface ProxyAppOptions {
  readonly proxy: StorageProxy;
  /** Shared with the manager; a function is asked each time, as it may be another one. */
  readonly secret: string | (() => string);
  /** Hears of faults of our own, which the caller gets to see without their details. */
  readonly onError: (error: unknown) => void;
}

const MAX_REQUEST_BYTES = 64 * 1_024;

/** The proxy's whole HTTP face: REST health and tRPC. Every answer comes from memory, but that of `health.check`. */
export function createProxyApp({ proxy, secret, onError }: ProxyAppOptions): Hono {
  const isSecret = secretMatcher(typeof secret === 'string' ? () => secret : secret);
  const app = createTrpcApp({
    router: appRouter,
    contextOf: ({ headers }) => ({ ...proxy, authorized: isSecret(secretIn(headers) ?? '') }),
    maxRequestBytes: MAX_REQUEST_BYTES,
    onError,
  });
  const withEtag = etag();
  for (const path of ['/manager-api/health', '/health']) {
    // Not of whole reports: their times move all the time, and to hash them costs more than to make them.
    app.use(path, async (c, next) => (secretIn(c.req.raw.headers) === null ? withEtag(c, next) : next()));
    app.get(path, (c) => {
      const given = secretIn(c.req.raw.headers);
      if (given === null) return c.json(proxy.publicReport());
      if (!isSecret(given)) return problem(403, 'Forbidden (invalid auth token)');
      const known = parsePosition(c.req.query('known') ?? '');
      return c.json((known && proxy.unchangedSince(known)) ?? proxy.report());
    });
  }
  app.get('/livez', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) =>
    proxy.isReady() ? c.json({ status: 'ok' }) : c.json({ status: 'error', reason: 'first checks under way' }, 503),
  );
  return app;
}

/** Compares in a time that depends on neither secret. */
function secretMatcher(secret: () => string): (given: string) => boolean {
  return (given) => timingSafeEqual(digest(given), digest(secret()));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function secretIn(headers: Headers): string | null {
  const token = headers.get('x-backendai-storage-auth-token');
  return token ?? /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null;
}
