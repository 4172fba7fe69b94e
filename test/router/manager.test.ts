import { createTRPCClient, httpLink, safe } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import type { ManagerRouter } from '../../router/manager.ts';
import type { ManagerEvent } from '../../schema/manager-event.ts';
import { readerOf } from '../manager/event-reader.ts';
import { createFakeManager } from '../manager/fake-manager.ts';
import { CHECKED_AT, documented, snapshotOf, volume } from '../manager/graphql/fixture.ts';

type FakeManager = ReturnType<typeof createFakeManager>;

const clientOf = (manager: FakeManager) =>
  createTRPCClient<ManagerRouter>({
    links: [
      httpLink({
        url: 'http://manager/trpc',
        fetch: async (input, init) => manager.fetch(new Request(input as string, init as RequestInit)),
      }),
    ],
  });

async function watching(manager: FakeManager, input: object = {}, headers: Record<string, string> = {}) {
  const address = `http://manager/trpc/watch?input=${encodeURIComponent(JSON.stringify(input))}`;
  const reader = readerOf(await manager.fetch(new Request(address, { headers })));
  expect(await reader.next()).toMatchObject({ event: 'connected' });
  return reader;
}

/** A manager whose snapshot takes three messages. */
function createLargeManager(): FakeManager {
  const manager = createFakeManager();
  const volumes = Array.from({ length: 1_001 }, (_, index) => volume(`p:v${index}`));
  manager.setSnapshot(snapshotOf([], volumes));
  return manager;
}

async function* failing(): AsyncGenerator<ManagerEvent> {
  yield { type: 'snapshot', id: 'e:0', proxies: [], volumes: [], remaining: 0 };
  throw new Error('password of the database is hunter2');
}

const goesOffline = {
  type: 'volume',
  host: 'proxy1:volume1',
  previous: null,
  current: volume('proxy1:volume1', { status: 'offline' }),
  transition: null,
} as const;

describe('watch', () => {
  it('gives the state, then each change, under the ids from which a reader goes on', async () => {
    const manager = createFakeManager();
    const reader = await watching(manager);
    const snapshot = await reader.next();
    manager.publish(goesOffline);
    const change = await reader.next();

    expect([snapshot?.id, change?.id]).toEqual(['e:0', 'e:1']);
    expect(JSON.parse(snapshot?.data ?? '')).toEqual({
      type: 'snapshot',
      id: 'e:0',
      proxies: documented.proxies,
      volumes: documented.volumes,
      remaining: 0,
    });
    expect(JSON.parse(change?.data ?? '')).toEqual({ ...goesOffline, id: 'e:1' });
  });

  it('gives only what was missed to a reader that comes back', async () => {
    const manager = createFakeManager();
    manager.publish(goesOffline);
    manager.publish({ ...goesOffline, current: null });
    const byInput = await watching(manager, { lastEventId: 'e:1' });
    const byHeader = await watching(manager, {}, { 'last-event-id': 'e:1' });

    for (const reader of [byInput, byHeader]) expect(await reader.json()).toMatchObject({ id: 'e:2', current: null });
  });

  it('gives only the volume that was asked for', async () => {
    const manager = createFakeManager();
    const reader = await watching(manager, { host: 'proxy1:volume2' });
    expect(await reader.json()).toMatchObject({ proxies: [], volumes: [{ volume_id: 'volume2' }] });

    manager.publish(goesOffline);
    manager.publish({ ...goesOffline, host: 'proxy1:volume2' });

    expect(await reader.json()).toMatchObject({ host: 'proxy1:volume2' });
  });

  it('refuses a malformed host', async () => {
    const reader = await watching(createFakeManager(), { host: 'volume1' });

    expect(await reader.next()).toMatchObject({
      event: 'serialized-error',
      data: expect.stringContaining('BAD_REQUEST'),
    });
  });

  it('masks a fault of ours', async () => {
    const errors: unknown[] = [];
    const manager = createFakeManager({ watch: failing, onError: (error) => errors.push(error) });
    const reader = await watching(manager);
    await reader.next();

    const failed = await reader.next();

    expect(failed).toMatchObject({ event: 'serialized-error', data: expect.stringContaining('"internal error"') });
    expect(failed?.data).not.toContain('hunter2');
    expect(errors).toHaveLength(1);
  });

  it('gives every message an id, and a position only with the last of a snapshot', async () => {
    const reader = await watching(createLargeManager());

    const messages = [await reader.next(), await reader.next(), await reader.next()];

    expect(messages.map((message) => message?.id)).toEqual(['incomplete', 'incomplete', 'e:0']);
  });

  it('begins with a snapshot again for a reader that was cut within one, wherever it was before', async () => {
    const reader = await watching(createLargeManager(), { lastEventId: 'e:0' }, { 'last-event-id': 'incomplete' });

    expect(await reader.json()).toMatchObject({ type: 'snapshot', remaining: 501 });
  });
});

describe('observerHealth', () => {
  it('is what the manager says of itself', async () => {
    expect(await clientOf(createFakeManager()).observerHealth.query()).toEqual({
      status: 'ok',
      since: CHECKED_AT,
      message: null,
      warnings: [],
    });
  });
});

describe('a history', () => {
  it('has twenty transitions at most, unless it is told otherwise', async () => {
    const asked: unknown[] = [];
    const noted = (...args: unknown[]) => {
      asked.push(args);
      return [];
    };
    const client = clientOf(createFakeManager({ volumeHistory: noted, proxyHistory: noted }));

    await client.volumeHistory.query({ host: 'proxy1:volume1' });
    await client.volumeHistory.query({ host: 'proxy1:volume1', last: 100 });
    await client.proxyHistory.query({ proxy: 'proxy1' });

    expect(asked).toEqual([
      [{ proxy: 'proxy1', volume: 'volume1' }, 20],
      [{ proxy: 'proxy1', volume: 'volume1' }, 100],
      ['proxy1', 20],
    ]);
  });

  it.each([0, 101, 1.5])('refuses %d', async (last) => {
    const [, error] = await safe(clientOf(createFakeManager()).proxyHistory.query({ proxy: 'proxy1', last }));

    expect([error?.data?.httpStatus, error?.message]).toEqual([400, expect.stringMatching(/^input\.last: /)]);
  });

  it('refuses a malformed host', async () => {
    const [, error] = await safe(clientOf(createFakeManager()).volumeHistory.query({ host: 'volume1' }));

    expect(error?.data?.code).toBe('BAD_REQUEST');
  });
});
