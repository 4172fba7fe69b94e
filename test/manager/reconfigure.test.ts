import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManagerClient } from '../../client/manager-client.ts';
import type { ManagerEvent } from '../../schema/manager-event.ts';
import { settled } from '../fake-clock.ts';
import { createWorld } from '../world.ts';
import { allFolders } from './all-folders.ts';
import { readerOf, subscription } from './event-reader.ts';

const AT_1 = 'manager_api = "http://proxy1"';
const AT_2 = 'manager_api = "http://proxy2"';
const AT_3 = 'manager_api = "http://proxy3"';
const BOTH = { proxy1: AT_1, proxy2: AT_2 };

const ESTALE = 116;

let world: ReturnType<typeof createWorld>;
const leaving: AbortController[] = [];

/** Two proxies that are well, polled every 10 s and listened to. */
beforeEach(async () => {
  world = createWorld();
  world.startProxy('proxy1', ['volume1']);
  world.startProxy('proxy2', ['volume1', 'volume2']);
  await world.clock.advance(15_000);
  world.transitions.length = 0;
  world.asked.length = 0;
});
afterEach(() => {
  for (const one of leaving.splice(0)) one.abort();
  world.manager.stop();
});

const proxyNamed = (name: string) => world.manager.snapshot().proxies.find(({ proxy_name }) => proxy_name === name);
const volumeOf = (proxy: string, volume = 'volume1') => world.manager.snapshot().effective({ proxy, volume });
const verdict = (proxy: string) => `${volumeOf(proxy).status} ${volumeOf(proxy).reason}`;
const askedOf = (proxy: string, path: string) =>
  world.asked.filter((request) => request.startsWith(`${proxy} ${path}`)).length;

/** Follows one volume, or all there is, and keeps what it is told; `isOver` once the stream has come to its end. */
function follow(proxy: string | null) {
  const signal = new AbortController();
  leaving.push(signal);
  const heard: { events: ManagerEvent[]; isOver: boolean } = { events: [], isOver: false };
  const host = proxy === null ? null : { proxy, volume: 'volume1' };
  void (async () => {
    for await (const event of world.manager.watch({ host, lastEventId: null, signal: signal.signal })) {
      heard.events.push(event);
    }
    heard.isOver = true;
  })();
  return heard;
}

describe('a proxy that is configured as before', () => {
  it('keeps its schedule, its stream and all that is known of it, whatever becomes of others', async () => {
    const before = { proxy: proxyNamed('proxy1'), volume: volumeOf('proxy1') };
    world.reconfigure({ proxy3: AT_3, proxy1: AT_1 });
    expect(proxyNamed('proxy1')).toEqual(before.proxy);
    expect(volumeOf('proxy1')).toEqual(before.volume);
    world.reconfigure(BOTH);
    await world.clock.advance(30_000);
    expect(askedOf('proxy1', '/manager-api/health')).toBe(3);
    expect(askedOf('proxy1', '/trpc/health.watch')).toBe(0);
    expect(volumeOf('proxy1').since).toBe(before.volume.since);
    expect(world.transitions.filter((line) => line.startsWith('proxy1'))).toEqual([]);
  });

  it('keeps its streak of failures', async () => {
    world.killProxy('proxy1');
    await world.clock.advance(10_000);
    const { attempt, since } = proxyNamed('proxy1')!;
    world.reconfigure({ proxy1: AT_1 });
    expect([proxyNamed('proxy1')?.attempt, proxyNamed('proxy1')?.since]).toEqual([attempt, since]);
  });

  it('stands where its configuration has it', () => {
    world.reconfigure({ proxy3: AT_3, proxy2: AT_2, proxy1: AT_1 });
    expect(world.manager.snapshot().proxies.map(({ proxy_name }) => proxy_name)).toEqual([
      'proxy3',
      'proxy2',
      'proxy1',
    ]);
  });
});

describe('a proxy that is new', () => {
  it('is shown at once, not checked yet, and asked within moments', async () => {
    world.startProxy('proxy3', ['volume1']);
    world.reconfigure({ ...BOTH, proxy3: `${AT_3}\nvolumes = ["volume9"]` });
    expect(proxyNamed('proxy3')).toMatchObject({ status: 'unhealthy', error_message: 'not checked yet' });
    expect(volumeOf('proxy3', 'volume9').reason).toBe('NOT_CHECKED');
    await world.clock.advance(1_500);
    expect([proxyNamed('proxy3')?.status, verdict('proxy3')]).toEqual(['healthy', 'healthy OK']);
  });

  it('is told of to those who listen', async () => {
    const all = follow(null);
    await settled();
    world.reconfigure({ ...BOTH, proxy3: `${AT_3}\nvolumes = ["volume9"]` });
    await settled();
    const told = all.events.slice(1).map((event) => (event.type === 'volume' ? event.host : event.type));
    expect(told).toEqual(['proxy', 'proxy3:volume9']);
    expect(all.events.at(1)).toMatchObject({ proxy_name: 'proxy3', previous: null, transition: null });
  });

  it('counts among those of which the manager may be cut off', async () => {
    world.reconfigure(
      Object.fromEntries(['3', '4', '5', '6', '7'].map((n) => [`proxy${n}`, `manager_api = "http://${n}"`])),
    );
    await world.clock.advance(15_000);
    expect(world.manager.observer().status).toBe('isolated');
    world.reconfigure(BOTH);
    expect(world.manager.observer().status).toBe('ok');
  });
});

describe('a proxy that is no longer configured', () => {
  it('is gone from the snapshot with its volumes, and asked no more', async () => {
    world.reconfigure({ proxy1: AT_1 });
    expect(world.manager.snapshot().proxies.length).toBe(1);
    expect(world.manager.snapshot().volumes.map(({ proxy_name }) => proxy_name)).toEqual(['proxy1']);
    expect(verdict('proxy2')).toBe('unknown PROXY_NOT_CONFIGURED');
    await world.clock.advance(60_000);
    expect(world.asked.filter((request) => request.startsWith('proxy2'))).toEqual([]);
  });

  it('is told of to those who listen: its volumes, then the proxy, each with an event', async () => {
    const all = follow(null);
    await settled();
    world.reconfigure({ proxy1: AT_1 });
    await settled();
    const [one, two, proxy] = all.events.slice(1);
    expect([one, two]).toMatchObject([
      { host: 'proxy2:volume1', current: null },
      { host: 'proxy2:volume2', current: null },
    ]);
    expect(proxy).toMatchObject({ proxy_name: 'proxy2', current: null, transition: { data: { volumes: 2 } } });
    expect(world.transitions).toEqual([
      'proxy2:volume1 unknown PROXY_NOT_CONFIGURED soft',
      'proxy2:volume2 unknown PROXY_NOT_CONFIGURED soft',
      'proxy2 unhealthy hard',
    ]);
  });

  it('ends the stream of who follows one of its volumes, once that has been told; no other', async () => {
    const [ours, other] = [follow('proxy2'), follow('proxy1')];
    await settled();
    world.reconfigure({ proxy1: AT_1 });
    await settled();
    expect(ours.events.slice(1)).toMatchObject([
      { host: 'proxy2:volume1', current: null, transition: { data: { reason: 'PROXY_NOT_CONFIGURED' } } },
    ]);
    expect([ours.isOver, other.isOver, other.events.length]).toEqual([true, false, 1]);
  });

  it('completes such a stream over GraphQL and over tRPC, whose clients then do not ask again', async () => {
    const query =
      'subscription { volumeHealthChanged(host: "proxy2:volume1") { current { status } transition { data { reason } } } }';
    const reader = readerOf(await world.managerFetch(subscription(query)));
    const client = createManagerClient({
      url: 'http://manager',
      fetch: async (input, init) => world.managerFetch(new Request(input, init)),
    });
    const heard: string[] = [];
    client.watch.subscribe(
      { host: 'proxy2:volume1' },
      { onData: ({ data }) => heard.push(data.type), onComplete: () => heard.push('complete') },
    );
    await reader.next();
    await expect.poll(() => heard).toEqual(['snapshot']);
    world.reconfigure({ proxy1: AT_1 });
    expect((await reader.json()).data.volumeHealthChanged).toEqual({
      current: null,
      transition: { data: { reason: 'PROXY_NOT_CONFIGURED' } },
    });
    expect(await reader.next()).toMatchObject({ event: 'complete' });
    expect(await reader.next()).toBeNull();
    await expect.poll(() => heard).toEqual(['snapshot', 'volume', 'complete']);
  });

  it('leaves its history, in which its own end explains that of its volumes', () => {
    world.reconfigure({ proxy1: AT_1 });
    const [proxy] = world.manager.proxyHistory('proxy2', 1);
    const [volume] = world.manager.volumeHistory({ proxy: 'proxy2', volume: 'volume1' }, 1);
    expect(proxy?.data).toMatchObject({ reason: 'PROXY_NOT_CONFIGURED', error_message: 'no longer configured' });
    expect(volume?.data).toMatchObject({ current: 'unknown', last_known_status: 'healthy', caused_by: proxy?.id });
  });

  it('ends a check that somebody waits for', async () => {
    world.mounts.set('/volume1', 'hang');
    let answer: unknown;
    void world.manager.checkVolume({ proxy: 'proxy2', volume: 'volume1' }).then((result) => (answer = result));
    await settled();
    expect(answer).toBeUndefined();
    world.reconfigure({ proxy1: AT_1 });
    await settled();
    expect(answer).toBeNull();
  });

  it('begins anew when it is configured again', async () => {
    world.reconfigure({ proxy1: AT_1 });
    world.reconfigure(BOTH);
    expect(proxyNamed('proxy2')?.error_message).toBe('not checked yet');
    await world.clock.advance(1_500);
    expect([proxyNamed('proxy2')?.status, verdict('proxy2')]).toEqual(['healthy', 'healthy OK']);
    await world.clock.advance(60_000);
    expect(askedOf('proxy2', '/trpc/health.watch')).toBe(1);
  });
});

describe('a proxy that is configured otherwise', () => {
  it('is asked at its new pace, by the stream there is', async () => {
    world.reconfigure({ ...BOTH, proxy1: `${AT_1}\nhealth_check_interval = "2s"` });
    await world.clock.advance(20_000);
    expect(askedOf('proxy1', '/manager-api/health')).toBeGreaterThanOrEqual(9);
    expect(askedOf('proxy1', '/trpc/health.watch')).toBe(0);
    expect(world.transitions).toEqual([]);
  });

  it('is reached at its new address, and what is known of it stays until it has answered there', async () => {
    world.startProxy('proxy3', ['volume1']);
    world.reconfigure({ ...BOTH, proxy1: AT_3 });
    expect([proxyNamed('proxy1')?.status, verdict('proxy1')]).toEqual(['healthy', 'healthy OK']);
    await world.clock.advance(15_000);
    expect([askedOf('proxy1', '/'), askedOf('proxy3', '/trpc/health.watch')]).toEqual([0, 1]);
    world.mounts.set('/volume1', ESTALE);
    await world.clock.advance(10_000);
    expect(verdict('proxy1')).toBe('offline MOUNT_STALE');
    expect(world.transitions.filter((line) => line.startsWith('proxy1 '))).toEqual([]);
  });

  it('is unhealthy once nobody answers at its new address', async () => {
    world.reconfigure({ ...BOTH, proxy1: 'manager_api = "http://nowhere"' });
    await world.clock.advance(1_000);
    expect([proxyNamed('proxy1')?.error_message, verdict('proxy1')]).toEqual([
      'connection refused',
      'unknown PROXY_UNREACHABLE',
    ]);
  });
});

describe('virtual folders', () => {
  it('are those of the new configuration', async () => {
    const folders = async () => (await allFolders(world.manager.vfolders)).map(({ name }) => name);
    expect(await folders()).toEqual(['photos']);
    world.reconfigure(BOTH);
    expect(await folders()).toEqual([]);
  });
});

describe('a warning of the manager', () => {
  it('stands until it is taken back, and is told of', async () => {
    const all = follow(null);
    await settled();
    world.manager.warn('configuration', 'it was refused');
    world.manager.warn('configuration', 'it was refused again');
    expect(world.manager.observer()).toMatchObject({ status: 'ok', warnings: ['it was refused again'] });
    world.manager.warn('configuration', null);
    expect(world.manager.observer().warnings).toEqual([]);
    await settled();
    expect(all.events.at(-1)).toMatchObject({ type: 'observer', current: { warnings: [] }, transition: null });
  });
});
