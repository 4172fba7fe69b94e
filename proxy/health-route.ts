import type { Hono, MiddlewareHandler } from 'hono';
import { etag } from 'hono/etag';
import { parsePosition } from '../probe/feed.ts';
import type { ServiceStatus } from '../schema/health-report.ts';
import type { ProxyConfig } from '../schema/proxy-config.ts';
import { bothSpellings } from './both-spellings.ts';
import type { Access } from './secret-gate.ts';
import type { StorageProxy } from './storage-proxy.ts';
import { forbidden } from './upstream-problem.ts';

/** How `/health` speaks. */
export type HealthWording = Pick<ProxyConfig['volhealth'], 'public_volumes' | 'health_status_words'>;

export interface HealthRouteOptions {
  readonly proxy: StorageProxy;
  readonly access: (headers: Headers) => Access;
  readonly wording: HealthWording;
}

/** `/health`: to a stranger the compatible floor, to whoever has the secret everything; always HTTP 200. */
export function addHealthRoute(app: Hono, { proxy, access, wording }: HealthRouteOptions): void {
  const { public_volumes, health_status_words } = wording;
  const word = wordFor(health_status_words);
  const whole: MiddlewareHandler = async (c, next) => {
    const shown = access(c.req.raw.headers);
    if (shown === 'missing') return next();
    if (shown === 'invalid') return forbidden(shown);
    const known = parsePosition(c.req.query('known') ?? '');
    return c.json({ ...((known && proxy.unchangedSince(known)) ?? proxy.report()), ...word });
  };
  // No ETag of whole reports: their times move all the time, and to hash them costs more than to make them.
  app.on('GET', bothSpellings('/health'), whole, etag(), (c) => {
    const report = proxy.publicReport();
    return c.json({ ...report, ...word, ...(public_volumes ? {} : { volumes: {} }) });
  });
}

/** What the `status` at the top says of a proxy that answers. */
export function wordFor(words: HealthWording['health_status_words']): { status: ServiceStatus } {
  return { status: words === 'upstream' ? 'ok' : 'healthy' };
}
