import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ManagerEvent } from '../../schema/manager-event.ts';
import { createFakeManager, type FakeManagerOptions, type Served, served } from './fake-manager.ts';
import { volume } from './graphql/fixture.ts';
import { openStream, REQUESTS, settledCount } from './subscribers.ts';

let server: Served | undefined;
let socket: Socket | undefined;
afterEach(() => {
  socket?.destroy();
  server?.close();
});

async function subscribe(request: string, options: FakeManagerOptions = {}) {
  const manager = createFakeManager(options);
  server = await served(manager.fetch);
  socket = await openStream(server.port, request);
  return { manager, socket };
}

/** Has more to say than any socket takes, and counts what it was asked to say. */
function createFlood() {
  const said = { count: 0, isOver: false };
  const watch = async function* watch(): AsyncGenerator<ManagerEvent, void, undefined> {
    try {
      for (;;) {
        await setImmediate();
        said.count += 1;
        const volumes = [volume('p:v', { status_info: 'x'.repeat(100_000) })];
        yield { type: 'snapshot', id: null, proxies: [], volumes, remaining: 1 };
      }
    } finally {
      said.isOver = true;
    }
  };
  return { said, watch };
}

describe.each(Object.entries(REQUESTS))('%s', (_, request) => {
  it('ends when its client goes while there is nothing to say', async () => {
    const subscribed = await subscribe(request);
    await expect.poll(subscribed.manager.readers).toBe(1);

    subscribed.socket.destroy();

    await expect.poll(subscribed.manager.readers).toBe(0);
  });

  it('ends when its client goes while it is blocked', async () => {
    const { said, watch } = createFlood();
    const subscribed = await subscribe(request, { watch });
    await settledCount(() => said.count);

    subscribed.socket.destroy();

    await expect.poll(() => said.isOver).toBe(true);
  });

  it('is asked for nothing while its client does not read, and goes on when it does', async () => {
    const { said, watch } = createFlood();
    const subscribed = await subscribe(request, { watch });
    const blockedAt = await settledCount(() => said.count);

    subscribed.socket.resume();

    await expect.poll(() => said.count).toBeGreaterThan(2 * blockedAt);
  });
});
