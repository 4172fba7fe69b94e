import type { Hono } from 'hono';
import { bothSpellings } from './both-spellings.ts';
import { type GetBodyLimits, readGetBody } from './get-body.ts';
import type { StorageProxy } from './storage-proxy.ts';
import { bodyNotEmpty } from './upstream-problem.ts';

/** What anyone may ask of the proxy itself: who it is, whether it lives, whether its first checks have been made. */
export function addServiceRoutes(app: Hono, proxy: StorageProxy, limits: GetBodyLimits): void {
  app.on('GET', ['/manager-api', ...bothSpellings('/'), ...bothSpellings('/status')], async (c) => {
    const body = await readGetBody(c, limits);
    if (body instanceof Response) return body;
    const { version } = proxy.publicReport();
    return body === '' ? c.json({ status: 'ok', type: 'manager-facing', 'storage-proxy': version }) : bodyNotEmpty();
  });
  addSupervision(app, proxy, () => {
    const { volumes, ...service } = proxy.publicReport();
    return service;
  });
}

/** `/livez` and `/readyz`, always in Backend.AI's words, with HTTP 200 or 503. */
export function addSupervision(app: Hono, { isReady }: Pick<StorageProxy, 'isReady'>, report: () => object): void {
  app.on('GET', bothSpellings('/livez'), (c) => c.json({ ...report(), status: 'ok' }));
  app.on('GET', bothSpellings('/readyz'), (c) =>
    isReady()
      ? c.json({ ...report(), status: 'ok' })
      : c.json({ ...report(), status: 'error', reason: 'first checks under way' }, 503),
  );
}
