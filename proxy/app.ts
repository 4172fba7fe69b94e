import type { Hono } from 'hono';
import { appRouter } from '../router/proxy.ts';
import { createTrpcApp } from '../router/trpc-app.ts';
import { addHealthRoute, type HealthWording } from './health-route.ts';
import { createSecretGate } from './secret-gate.ts';
import { addServiceRoutes } from './service-routes.ts';
import type { StorageProxy } from './storage-proxy.ts';
import { addVolumeRoutes } from './volume-routes.ts';

export interface ProxyAppOptions {
  readonly proxy: StorageProxy;
  /** Shared with the manager; a function is asked each time, as it may be another one. */
  readonly secret: string | (() => string);
  /** Default: the volumes are public, and a proxy that answers is `healthy`. */
  readonly wording?: HealthWording;
  /** How long the body of a GET may take to arrive. Default: 5 s. */
  readonly bodyTimeoutMs?: number;
  /** Hears of faults of our own, which the caller gets to see without their details. */
  readonly onError: (error: unknown) => void;
}

const MAX_REQUEST_BYTES = 64 * 1_024;
const DESIGN: HealthWording = { public_volumes: true, health_status_words: 'design' };

/**
 * The proxy's whole HTTP face: tRPC, and REST as Backend.AI's manager and load balancers ask it, at the root and under
 * `/manager-api`. Every answer comes from memory, but that of `health.check`.
 */
export function createProxyApp(options: ProxyAppOptions): Hono {
  const { proxy, secret, wording = DESIGN, bodyTimeoutMs = 5_000, onError } = options;
  const access = createSecretGate(typeof secret === 'string' ? () => secret : secret);
  const limits = { maxBytes: MAX_REQUEST_BYTES, timeoutMs: bodyTimeoutMs };
  const app = createTrpcApp({
    router: appRouter,
    contextOf: ({ headers }) => ({ ...proxy, authorized: access(headers) === 'granted' }),
    maxRequestBytes: MAX_REQUEST_BYTES,
    onError,
  });
  addServiceRoutes(app, proxy, limits);
  addHealthRoute(app, { proxy, access, wording });
  addVolumeRoutes(app, { proxy, access, limits });
  return app;
}
