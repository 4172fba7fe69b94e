import { serve } from '@hono/node-server';
import type { Server } from 'node:http';
import { createManagerApp } from '../../manager/app.ts';
import { createEventFeed, type ManagerChange } from '../../manager/event-feed.ts';
import type { Manager } from '../../manager/manager.ts';
import type { Snapshot } from '../../manager/snapshot.ts';
import { createConfiguredVfolders } from '../../manager/vfolders.ts';
import { createFakeClock } from '../fake-clock.ts';
import { CHECKED_AT, documented } from './graphql/fixture.ts';

export interface FakeManagerOptions extends Partial<Manager> {
  readonly onError?: (error: unknown) => void;
}

/** The manager's HTTP face before a state that the test owns, with a real feed behind its streams. */
export function createFakeManager({ onError = raise, ...said }: FakeManagerOptions = {}) {
  let current: Snapshot = documented;
  const events = createEventFeed({ epoch: 'e', snapshot: () => current, clock: createFakeClock() });
  const manager: Manager = {
    snapshot: () => current,
    vfolders: createConfiguredVfolders([]),
    checkVolume: async () => null,
    isReady: () => true,
    reconfigure: () => {},
    warn: () => {},
    stop: () => {},
    observer: () => ({ status: 'ok', since: CHECKED_AT, message: null, warnings: [] }),
    volumeHistory: () => [],
    proxyHistory: () => [],
    watch: events.watch,
    ...said,
  };
  const { fetch } = createManagerApp({ manager, version: '1.0.0', graphiql: false, onError });
  return {
    fetch: async (request: Request): Promise<Response> => fetch(request),
    readers: events.readers,
    setSnapshot: (snapshot: Snapshot): void => {
      current = snapshot;
    },
    publish: (change: ManagerChange): void => {
      events.publish(change);
    },
  };
}

export interface Served {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly close: () => void;
}

/** Serves on a port of its own, as `volhealth manager` does. */
export async function served(fetch: (request: Request) => Promise<Response>): Promise<Served> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
    resolve(port);
  }) as Server;
  const port = await promise;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function raise(error: unknown): void {
  throw error;
}
