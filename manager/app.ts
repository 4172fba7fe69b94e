import type { GraphQLSchema } from 'graphql';
import type { Hono } from 'hono';
import { type ManagerContext, managerRouter } from '../router/manager.ts';
import { createTrpcApp } from '../router/trpc-app.ts';
import { createGraphql } from './graphql/server.ts';
import type { Manager } from './manager.ts';

export interface ManagerAppOptions {
  readonly manager: Manager;
  readonly version: string;
  /** Whether /graphql shows GraphiQL to a browser. */
  readonly graphiql: boolean;
  /** What a gateway asks at /graphql/federation; nothing is served there without it. */
  readonly subgraph?: GraphQLSchema | null;
  /** Hears of faults of our own, which the caller gets to see without their details. */
  readonly onError: (error: unknown) => void;
}

const SUBGRAPH_PATH = '/graphql/federation';
const MAX_REQUEST_BYTES = 256 * 1_024;

/** The manager's whole HTTP face: GraphQL, tRPC and its own health. */
export function createManagerApp(options: ManagerAppOptions): Hono {
  const { manager, version, graphiql, subgraph = null, onError } = options;
  const { isReady, stop, reconfigure, warn, ...lookups } = manager;
  const { snapshot, checkVolume, vfolders } = lookups;
  const context: ManagerContext = {
    ...lookups,
    proxies: () => snapshot().proxies,
    volumes: () => snapshot().volumes,
    volume: (host) => snapshot().volume(host),
    check: checkVolume,
  };
  const logError = (message: string, cause: unknown): void => {
    onError(new Error(message, { cause }));
  };
  const graphql = createGraphql({ ...lookups, graphiql, logError });
  const app = createTrpcApp({
    router: managerRouter,
    contextOf: () => context,
    maxRequestBytes: MAX_REQUEST_BYTES,
    onError,
  });
  app.on(['GET', 'POST', 'OPTIONS'], '/graphql', (c) => graphql.fetch(c.req.raw));
  if (subgraph !== null) {
    const federated = createGraphql({ ...lookups, schema: subgraph, path: SUBGRAPH_PATH, graphiql: false, logError });
    app.on(['GET', 'POST'], SUBGRAPH_PATH, (c) => federated.fetch(c.req.raw));
  }
  app.get('/', (c) => c.json({ component: 'volhealth-manager', version, graphql: '/graphql', trpc: '/trpc' }));
  for (const path of ['/health', '/livez']) app.get(path, (c) => c.json({ status: 'ok', version }));
  app.get('/readyz', (c) => {
    if (!isReady()) return c.json({ status: 'error', reason: 'first polls under way' }, 503);
    // Health is served without it.
    const away = vfolders.away();
    return c.json({ status: 'ok', version, ...(away === null ? {} : { away: { vfolders: away } }) });
  });
  return app;
}
