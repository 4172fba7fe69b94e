import { Hono } from 'hono';
import { problem } from '../router/trpc-app.ts';
import { bothSpellings } from './both-spellings.ts';
import { type HealthWording, wordFor } from './health-route.ts';
import { addSupervision } from './service-routes.ts';
import type { StorageProxy } from './storage-proxy.ts';

export interface InternalAppOptions {
  readonly proxy: StorageProxy;
  readonly wording: Pick<HealthWording, 'health_status_words'>;
  /** Hears of faults of our own, which the caller gets to see without their details. */
  readonly onError: (error: unknown) => void;
}

/**
 * What the monitors of an internal network ask of the same proxy, without the secret: whole reports. The place for all
 * that only they may read; nothing here changes anything.
 */
export function createInternalApp({ proxy, wording, onError }: InternalAppOptions): Hono {
  const app = new Hono();
  app.on('GET', bothSpellings('/health'), (c) =>
    c.json({ ...proxy.report(), ...wordFor(wording.health_status_words) }),
  );
  addSupervision(app, proxy, proxy.report);
  app.notFound(() => problem(404, 'Not found'));
  app.onError((error) => {
    onError(error);
    return problem(500, 'Internal error');
  });
  return app;
}
