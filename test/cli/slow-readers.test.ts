import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { cutSlowReaders } from '../../cli/slow-readers.ts';
import { readerOf, subscription } from '../manager/event-reader.ts';
import { createFakeManager, type Served, served } from '../manager/fake-manager.ts';
import { snapshotOf, volume } from '../manager/graphql/fixture.ts';
import { openStream, REQUESTS } from '../manager/subscribers.ts';

const LIMIT_MS = 300;

let server: Served | undefined;
let socket: Socket | undefined;
afterEach(() => {
  socket?.destroy();
  server?.close();
});

describe.each(Object.entries(REQUESTS))('a client of %s that stops reading', (_, request) => {
  it('is cut, while one that reads gets every change, and one for whom there is nothing stays', async () => {
    const manager = createFakeManager();
    manager.setSnapshot(snapshotOf([], []));
    server = await served(manager.fetch);
    cutSlowReaders(server.server, LIMIT_MS);
    const quiet = encodeURIComponent(JSON.stringify({ host: 'p:quiet' }));
    const idle = readerOf(await fetch(`${server.url}/trpc/watch?input=${quiet}`));
    const quick = readerOf(await fetch(subscription('subscription { volumeHealthChanged { host } }', {}, server.url)));
    await Promise.all([idle.next(), quick.next()]);
    socket = await openStream(server.port, request);
    await expect.poll(manager.readers).toBe(3);

    let published = 0;
    await expect
      .poll(
        () => {
          const host = `p:v${published}`;
          const current = volume(host, { status_info: 'x'.repeat(1_000_000) });
          manager.publish({ type: 'volume', host, previous: null, current, transition: null });
          published += 1;
          return manager.readers();
        },
        { interval: 10, timeout: 15_000 },
      )
      .toBe(2);

    for (let read = 0; read < published; read += 1) {
      expect((await quick.json()).data.volumeHealthChanged).toEqual({ host: `p:v${read}` });
    }
    socket.resume();
    await expect(once(socket, 'close')).rejects.toThrow('read ECONNRESET');
    await Promise.all([idle.close(), quick.close()]);
  }, 30_000);
});
