import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ManagerEvent } from '../../../schema/manager-event.ts';
import type { VolumeTransition } from '../../../schema/transition.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import { readerOf, subscription } from '../event-reader.ts';
import { createFakeManager } from '../fake-manager.ts';
import { codes, documented, post, proxy, snapshotOf, volume } from './fixture.ts';

const VOLUMES = `subscription ($host: String, $since: String) {
  volumeHealthChanged(host: $host, since: $since) { id type remaining host current { status } }
}`;
const PROXIES = 'subscription { storageProxyHealthChanged { proxyName status volumes { status } } }';

type FakeManager = ReturnType<typeof createFakeManager>;

async function watching(manager: FakeManager, query: string, variables?: object) {
  return readerOf(await manager.fetch(subscription(query, variables)));
}

/** The events of volumes, until there were `count`. */
async function volumeEvents(manager: FakeManager, count: number, variables?: object) {
  const reader = await watching(manager, VOLUMES, variables);
  const events = [];
  while (events.length < count) events.push((await reader.json()).data.volumeHealthChanged);
  return events;
}

function becomes(host: string, status: VolumeHealth['status']) {
  return { type: 'volume', host, previous: null, current: volume(host, { status }), transition: null } as const;
}

const get = (query: string, accept: string) =>
  new Request(`http://manager/graphql?query=${encodeURIComponent(query)}`, { headers: { accept } });

/** How often a change is executed for subscribers with these variables, one each. */
async function executions(
  { query, transitions = [] }: { query: string; transitions?: readonly VolumeTransition[] },
  ...asked: object[]
): Promise<number> {
  let count = 0;
  const manager = createFakeManager({
    volumeHistory: () => {
      count += 1;
      return transitions;
    },
  });
  const readers = await Promise.all(asked.map((variables) => watching(manager, query, variables)));
  await Promise.all(readers.map((reader) => reader.json()));
  count = 0;
  manager.publish(becomes('proxy1:volume1', 'offline'));
  const answers = await Promise.all(readers.map((reader) => reader.json()));
  expect(answers.map(({ data }) => data.volumeHealthChanged.type)).toEqual(asked.map(() => 'CHANGE'));
  return count;
}

describe('volumeHealthChanged', () => {
  test('begins with every volume, an event each, and gives an id once it has said all', async () => {
    expect(await volumeEvents(createFakeManager(), 3)).toEqual([
      { id: null, type: 'SNAPSHOT', remaining: 2, host: 'proxy1:volume1', current: { status: 'HEALTHY' } },
      { id: null, type: 'SNAPSHOT', remaining: 1, host: 'proxy1:volume2', current: { status: 'OFFLINE' } },
      { id: 'e:0', type: 'SNAPSHOT', remaining: 0, host: 'proxy2:volume1', current: { status: 'UNKNOWN' } },
    ]);
  });

  test('counts what remains through all messages of a long snapshot', async () => {
    const manager = createFakeManager();
    manager.setSnapshot(
      snapshotOf(
        [],
        Array.from({ length: 501 }, (_, index) => volume(`p:v${index}`)),
      ),
    );

    const events = await volumeEvents(manager, 501);

    expect(events.map(({ remaining }) => remaining)).toEqual(Array.from({ length: 501 }, (_, index) => 500 - index));
    expect(events.filter(({ id }) => id !== null)).toEqual([events[500]]);
  });

  test('goes on with each change, which has an id', async () => {
    const manager = createFakeManager();
    const reader = await watching(manager, VOLUMES, { host: 'proxy1:volume1' });
    await reader.json();

    manager.publish(becomes('proxy1:volume1', 'offline'));

    const { volumeHealthChanged } = (await reader.json()).data;
    expect(volumeHealthChanged).toEqual({
      id: 'e:1',
      type: 'CHANGE',
      remaining: null,
      host: 'proxy1:volume1',
      current: { status: 'OFFLINE' },
    });
  });

  test('has only what was missed for a client that comes back', async () => {
    const manager = createFakeManager();
    for (const status of ['offline', 'unavailable', 'healthy'] as const) {
      manager.publish(becomes('proxy1:volume1', status));
    }

    const [event] = await volumeEvents(manager, 1, { since: 'e:2' });

    expect(event).toMatchObject({ id: 'e:3', type: 'CHANGE', current: { status: 'HEALTHY' } });
  });

  test.for(['another:7', 'e:99', 'nonsense', ''])(
    'begins with a snapshot since "%s", which it does not know',
    async (since) => {
      const [event] = await volumeEvents(createFakeManager(), 1, { since });

      expect(event).toMatchObject({ type: 'SNAPSHOT', remaining: 2 });
    },
  );

  test('has nothing but the volume that was asked for', async () => {
    const manager = createFakeManager();
    const reader = await watching(manager, VOLUMES, { host: 'proxy1:volume2' });
    const first = (await reader.json()).data.volumeHealthChanged;

    manager.publish(becomes('proxy1:volume1', 'offline'));
    manager.publish(becomes('proxy1:volume2', 'healthy'));

    expect(first).toMatchObject({ id: 'e:0', remaining: 0, host: 'proxy1:volume2' });
    expect((await reader.json()).data.volumeHealthChanged).toMatchObject({ host: 'proxy1:volume2', id: 'e:2' });
  });

  test.for([
    [undefined, ''],
    ['proxy9:volume9', 'proxy9:volume9'],
  ])('is one event without a state where there is no volume (asked for %s)', async ([asked, host]) => {
    const manager = createFakeManager();
    manager.setSnapshot(snapshotOf([proxy('proxy1')], []));

    const [event] = await volumeEvents(manager, 1, { host: asked });

    expect(event).toEqual({ id: 'e:0', type: 'SNAPSHOT', remaining: 0, host, current: null });
  });

  test('is refused before it begins for a malformed host', async () => {
    const watched: unknown[] = [];
    const manager = createFakeManager({
      watch: (options) => {
        watched.push(options);
        return Readable.from([]);
      },
    });
    const reader = await watching(manager, VOLUMES, { host: 'volume1' });

    const answer = await reader.json();

    expect(answer.errors[0].message).toBe('host: expected a volume host such as "proxy1:volume1", found "volume1"');
    expect([codes(answer), watched]).toEqual([['BAD_USER_INPUT'], []]);
  });

  test('refuses variables of a wrong type as a query does', async () => {
    const response = await createFakeManager().fetch(subscription(VOLUMES, { host: 7 }));

    expect([response.status, codes(await readerOf(response).json())]).toEqual([400, ['BAD_USER_INPUT']]);
  });

  test('asks for a snapshot no faster than it is read', async () => {
    let asked = 0;
    const endless = async function* endless(): AsyncGenerator<ManagerEvent> {
      for (;;) {
        asked += 1;
        const volumes = [volume('p:v', { status_info: 'x'.repeat(10_000) })];
        yield { type: 'snapshot', id: null, proxies: [], volumes, remaining: 1 };
      }
    };
    const reader = await watching(createFakeManager({ watch: endless }), VOLUMES);
    for (let read = 0; read < 10; read += 1) await reader.json();

    expect(asked).toBeLessThan(20);
  });
});

describe('storageProxyHealthChanged', () => {
  test('begins with every proxy, then has each that changes', async () => {
    const manager = createFakeManager();
    const reader = await watching(manager, PROXIES);
    const first = [await reader.json(), await reader.json()];
    const current = proxy('proxy2');
    manager.setSnapshot(snapshotOf([current], [volume('proxy2:volume1')]));

    manager.publish(becomes('proxy2:volume1', 'healthy'));
    manager.publish({ type: 'proxy', proxy_name: current.proxy_name, previous: current, current, transition: null });

    expect(first.map(({ data }) => data.storageProxyHealthChanged)).toEqual([
      { proxyName: 'proxy1', status: 'HEALTHY', volumes: [{ status: 'HEALTHY' }, { status: 'OFFLINE' }] },
      { proxyName: 'proxy2', status: 'UNHEALTHY', volumes: [{ status: 'UNKNOWN' }] },
    ]);
    expect((await reader.json()).data.storageProxyHealthChanged).toEqual({
      proxyName: 'proxy2',
      status: 'HEALTHY',
      volumes: [{ status: 'HEALTHY' }],
    });
  });

  test('shows a newcomer the volumes of now, not those of the last change', async () => {
    const manager = createFakeManager();
    const [current] = documented.proxies;
    if (current === undefined) throw new Error('the fixture has a proxy');
    const early = await watching(manager, PROXIES);
    for (let read = 0; read < 2; read += 1) await early.json();
    manager.publish({ type: 'proxy', proxy_name: current.proxy_name, previous: current, current, transition: null });
    await early.json();
    manager.setSnapshot(snapshotOf([current], [volume('proxy1:volume1', { status: 'unavailable' })]));

    const late = await watching(manager, PROXIES);

    expect((await late.json()).data.storageProxyHealthChanged.volumes).toEqual([{ status: 'UNAVAILABLE' }]);
  });

  test('shows each event one snapshot from beginning to end', async () => {
    let reads = 0;
    const manager = createFakeManager({
      snapshot: () => {
        reads += 1;
        return reads % 2 === 1 ? documented : snapshotOf([], []);
      },
    });
    const query = 'subscription { storageProxyHealthChanged { a: volumes { status } b: volumes { status } } }';

    const { a, b } = (await (await watching(manager, query)).json()).data.storageProxyHealthChanged;

    expect(a).toEqual(b);
  });
});

describe('a change', () => {
  const HISTORY = `subscription ($host: String, $since: String, $last: Int) {
    volumeHealthChanged(host: $host, since: $since) { type current { history(last: $last) { id } } }
  }`;
  const host = 'proxy1:volume1';

  test('is executed once for all who ask the same', async () => {
    expect(await executions({ query: HISTORY }, { host }, { host, since: 'f:1' }, { host })).toBe(1);
  });

  test('is executed for each who asks for more than is worth keeping', async () => {
    const transitions = [{ id: 'x'.repeat(5_000_000) }] as never;

    expect(await executions({ query: HISTORY, transitions }, { host }, { host })).toBe(2);
  });

  test('is executed for each who asks something else', async () => {
    expect(await executions({ query: HISTORY }, { host, last: 1 }, { host, last: 2 })).toBe(2);
  });

  test('is executed by the variables of a fragment', async () => {
    const query = `subscription ($host: String, $last: Int) { volumeHealthChanged(host: $host) { type ...f } }
    fragment f on VolumeHealthEvent { current { history(last: $last) { id } } }`;

    expect(await executions({ query }, { host, last: 1 }, { host, last: 2 })).toBe(2);
  });

  test('is executed for who leaves a variable out, and for who sets it to nothing', async () => {
    const query = `subscription ($host: String, $last: Int = 5) {
      volumeHealthChanged(host: $host) { type current { history(last: $last) { id } } }
    }`;

    expect(await executions({ query }, { host }, { host, last: null })).toBe(2);
  });

  test('is executed for the operation that was chosen', async () => {
    const query = 'subscription a { volumeHealthChanged { host } } subscription b { volumeHealthChanged { type } }';
    const manager = createFakeManager();
    manager.setSnapshot(snapshotOf([], []));
    const readers = await Promise.all(
      ['a', 'b'].map(async (operationName) => {
        const body = JSON.stringify({ query, operationName });
        return readerOf(await manager.fetch(post(body, { accept: 'text/event-stream' })));
      }),
    );
    await Promise.all(readers.map((reader) => reader.json()));

    manager.publish(becomes('p:v', 'offline'));

    const events = await Promise.all(readers.map((reader) => reader.json()));
    expect(events.map(({ data }) => data.volumeHealthChanged)).toEqual([{ host: 'p:v' }, { type: 'CHANGE' }]);
  });
});

describe('how a subscription is asked for', () => {
  test('an EventSource may ask in the address', async () => {
    const response = await createFakeManager().fetch(get(PROXIES, 'text/event-stream'));

    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(await readerOf(response).next()).toMatchObject({ event: 'next' });
  });

  test('a form of another site may not', async () => {
    const request = new Request(subscription(PROXIES), { headers: { 'content-type': 'text/plain' } });

    expect((await createFakeManager().fetch(request)).status).toBe(415);
  });

  test('who takes JSON alone is told that a stream is none', async () => {
    const response = await createFakeManager().fetch(get(PROXIES, 'application/json'));

    expect(response.status).toBe(406);
  });
});

test('a fault of ours ends a stream, is logged with its cause, and the client is told nothing of it', async () => {
  const logged: unknown[] = [];
  const cause = new Error('password of the database is hunter2');
  const manager = createFakeManager({
    onError: (error) => logged.push(error),
    watch: async function* watch() {
      yield { type: 'snapshot', id: 'e:0', proxies: [], volumes: [], remaining: 0 };
      throw cause;
    },
  });
  const reader = await watching(manager, VOLUMES);
  await reader.json();

  expect(await reader.json()).toEqual({
    errors: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  });
  expect(await reader.next()).toMatchObject({ event: 'complete' });
  expect(logged).toEqual([expect.objectContaining({ cause })]);
});
