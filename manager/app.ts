import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { managerRouter, type ManagerContext } from '../router/manager.ts';
import { createGraphql } from './graphql/server.ts';
import type { Manager } from './manager.ts';

export interface ManagerAppOptions {
  readonly manager: Manager;
  readonly version: string;
  /** Whether /graphql shows GraphiQL to a browser. */
  readonly graphiql: boolean;
  /** Hears of faults of our own, which the caller gets to see without their details. */
  readonly onError: (error: unknown) => void;
}

const MAX_REQUEST_BYTES = 256 * 1_024;

/** The manager's whole HTTP face: GraphQL, tRPC and its own health. */
export function createManagerApp({ manager, version, graphiql, onError }: ManagerAppOptions): Hono {
  const app = new Hono();
  const { snapshot, vfolders, checkVolume } = manager;
  const graphql = createGraphql({
    snapshot,
    vfolders,
    checkVolume,
    graphiql,
    logError: (message, cause) => {
      onError(new Error(message, { cause }));
    },
  });
  const context: ManagerContext = {
    proxies: () => snapshot().proxies,
    volumes: () => snapshot().volumes,
    volume: (host) => snapshot().volume(host),
    check: checkVolume,
  };

  app.use(bodyLimit({ maxSize: MAX_REQUEST_BYTES, onError: () => problem(413, 'Request too large') }));
  app.get('/', (c) => c.json({ component: 'volhealth-manager', version, graphql: '/graphql', trpc: '/trpc' }));
  for (const path of ['/health', '/livez']) app.get(path, (c) => c.json({ status: 'ok', version }));
  app.get('/readyz', (c) =>
    manager.isReady()
      ? c.json({ status: 'ok', version })
      : c.json({ status: 'error', reason: 'first polls under way' }, 503),
  );
  app.on(['GET', 'POST', 'OPTIONS'], '/graphql', (c) => graphql.fetch(c.req.raw));
  app.all('/trpc/*', (c) =>
    fetchRequestHandler({
      endpoint: '/trpc',
      req: c.req.raw,
      router: managerRouter,
      createContext: () => context,
      onError: ({ error }) => {
        if (error.code === 'INTERNAL_SERVER_ERROR') onError(error);
      },
    }),
  );
  app.notFound(() => problem(404, 'Not found'));
  app.onError((error) => {
    onError(error);
    return problem(500, 'Internal error');
  });
  return app;
}

function problem(status: number, title: string): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title, status }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
