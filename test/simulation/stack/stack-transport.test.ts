import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Manager } from '../../../manager/manager.ts';
import type { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import type { Mangle } from './serve-over-wire.ts';
import { createSmallWorld, type SmallWorld, type SmallWorldOptions, tellStory } from './small-world.ts';
import { createStackTransport } from './stack-transport.ts';
import type { Known, Subscriber } from '../world/transport.ts';

const ESTALE = 116;
const HOST = 'proxy1:volume1';
const KINDS = ['tRPC', 'GraphQL'] as const;

let world: SmallWorld | null = null;
afterEach(() => {
  world?.release();
  world = null;
});

async function worldOf(options: Partial<SmallWorldOptions> = {}): Promise<SmallWorld> {
  world = await createSmallWorld({ seed: 1, ...options });
  return world;
}

/** A world in which all is well, and one of each kind listens. */
async function settled(options: Partial<SmallWorldOptions> = {}) {
  const made = await worldOf(options);
  const subscribers = KINDS.map((kind) => made.subscribe(kind));
  await made.kernel.advance(15_000);
  return { ...made, subscribers };
}

/** Times and figures are told with no event. */
const lastingOf = ({ last_checked_at, probe_ms, metadata, checks, ...lasting }: VolumeHealth) => ({
  ...lasting,
  checks: checks.map(({ name, status, reason }) => ({ name, status, reason })),
});

const lastingOfProxy = ({ last_checked_at, ...lasting }: StorageProxyHealth) => lasting;

const accountOf = (volumes: Iterable<VolumeHealth>, proxies: Iterable<StorageProxyHealth>) => ({
  volumes: Array.from(volumes, lastingOf),
  proxies: Array.from(proxies, lastingOfProxy),
});

const told = ({ volumes, proxies }: Known) => accountOf(volumes.values(), proxies.values());

function truth({ manager }: Pick<SmallWorld, 'manager'>) {
  const { volumes, proxies } = manager.snapshot();
  return accountOf(volumes, proxies);
}

const verdictOf = ({ volumes }: Known, host = HOST) => `${volumes.get(host)?.status} ${volumes.get(host)?.reason}`;

describe('a world whose services speak HTTP', () => {
  it('comes to know all that there is, by both ways of listening', async () => {
    const { subscribers, ...at } = await settled();

    expect(truth(at).volumes).toHaveLength(3);
    expect(at.manager.snapshot().volumes.every(({ is_healthy }) => is_healthy)).toBe(true);
    for (const { known } of subscribers) expect(told(known())).toEqual(truth(at));
    await at.compareSurfaces();
  });

  it('tells one who listens to one volume of that one alone', async () => {
    const { subscribe, kernel, mounts } = await worldOf();
    const subscribers = KINDS.map((kind) => subscribe(kind, HOST));
    await kernel.advance(15_000);
    mounts.set('/volume1', ESTALE);
    mounts.set('/volume2', ESTALE);

    await kernel.advance(15_000);

    for (const { known } of subscribers) {
      expect([[...known().volumes.keys()], known().proxies.size]).toEqual([[HOST], 0]);
      expect(verdictOf(known())).toBe('offline MOUNT_STALE');
    }
  });

  it('tells everybody of a storage that fails, and that it is well again', async () => {
    const { subscribers, kernel, mounts, ...at } = await settled();

    mounts.set('/volume1', ESTALE);
    await kernel.advance(12_000);
    expect(subscribers.map(({ known }) => verdictOf(known()))).toEqual(['offline MOUNT_STALE', 'offline MOUNT_STALE']);
    await at.compareSurfaces();
    mounts.set('/volume1', null);
    await kernel.advance(12_000);

    for (const { known } of subscribers) expect(told(known())).toEqual(truth(at));
    expect(verdictOf(subscribers[0]!.known())).toBe('healthy OK');
  });

  it('goes on after cuts of all connections, as if nothing had been', async () => {
    const { subscribers, kernel, mounts, ...at } = await settled();

    at.proxyWire.cut();
    at.managerWire.cut();
    mounts.set('/volume1', ESTALE);
    await kernel.advance(15_000);

    expect(truth(at).proxies).toMatchObject([{ status: 'healthy' }]);
    expect(verdictOf(subscribers[0]!.known())).toBe('offline MOUNT_STALE');
    for (const { known } of subscribers) expect(told(known())).toEqual(truth(at));
    // The manager's stream, and what listens to the manager: one stream, and two.
    expect(at.connections()).toBe(4);
  });

  it('finds out that nothing comes from a proxy any more, and that it does again', async () => {
    const { subscribers, kernel, proxyWire, ...at } = await settled();

    proxyWire.hold('client');
    await kernel.advance(20_000);
    expect(truth(at).proxies).toMatchObject([{ status: 'unhealthy', error_message: 'timed out after 3 s' }]);
    await at.compareSurfaces();
    proxyWire.release('client');
    await kernel.advance(20_000);

    expect(truth(at).proxies).toMatchObject([{ status: 'healthy' }]);
    for (const { known } of subscribers) expect(told(known())).toEqual(truth(at));
  });

  it('masks the volumes of a proxy that is gone, and has them again from the one that follows', async () => {
    const { subscribers, kernel, killProxy, startProxy, ...at } = await settled();

    killProxy();
    await kernel.advance(2_000);
    expect(truth(at).proxies).toMatchObject([{ status: 'unhealthy', error_message: 'connection refused' }]);
    for (const { known } of subscribers) expect(verdictOf(known())).toBe('unknown PROXY_UNREACHABLE');
    await startProxy();
    await kernel.advance(45_000);

    expect(truth(at).proxies).toMatchObject([{ status: 'healthy' }]);
    for (const { known } of subscribers) expect(told(known())).toEqual(truth(at));
  });

  it.each(KINDS)('sends no more than buffers hold to one that does not read (%s), and then what is', async (kind) => {
    const { subscribe, kernel, mounts, managerWire, sentBytes, ...at } = await worldOf();
    const subscriber = subscribe(kind);
    await kernel.advance(15_000);
    const flap = async (): Promise<void> => {
      for (const fault of [ESTALE, null]) {
        for (const volume of [1, 2, 3]) mounts.set(`/volume${volume}`, fault);
        await kernel.advance(20_000);
      }
    };
    subscriber.stall();
    const heardOf = subscriber.known().lastEventId;
    for (let flaps = 0; flaps < 15; flaps += 1) await flap();
    const fullBytes = sentBytes(managerWire);
    for (let flaps = 0; flaps < 5; flaps += 1) await flap();
    // Where nothing else is to be said, there are pings.
    expect(sentBytes(managerWire) - fullBytes).toBeLessThan(200);
    expect(subscriber.known().lastEventId).toBe(heardOf);

    mounts.set('/volume1', ESTALE);
    await kernel.advance(20_000);
    subscriber.resume();
    await kernel.advance(1_000);

    expect(verdictOf(subscriber.known())).toBe('offline MOUNT_STALE');
    expect(told(subscriber.known()).volumes).toEqual(truth(at).volumes);
  });

  it('keeps nothing for one that has left, however it was', async () => {
    const { subscribers, kernel, managerWire, managerMachine, subscribe } = await settled();
    const before = managerMachine.timers();
    const leaving = [...KINDS.map((kind) => subscribe(kind)), ...KINDS.map((kind) => subscribe(kind, HOST))];
    await kernel.advance(5_000);
    leaving[0]!.stall();
    leaving[1]!.stall();
    expect(managerMachine.timers()).toBeGreaterThan(before);

    for (const subscriber of leaving) subscriber.leave();
    await kernel.advance(1_000);

    expect([managerMachine.timers(), managerWire.connections()]).toEqual([before, 3]);
    expect(leaving.map(({ machine }) => machine.timers())).toEqual([0, 0, 0, 0]);
    expect(subscribers.map(({ known }) => known().volumes.size)).toEqual([3, 3]);
  });

  it('leaves nothing when everything has ended', async () => {
    const { subscribers, kernel, stop, timers, connections, proxyWire } = await settled();
    proxyWire.cut();
    await kernel.advance(100);
    expect([timers() > 0, connections() > 0]).toEqual([true, true]);

    for (const subscriber of subscribers) subscriber.leave();
    await stop();
    await kernel.advance(30_000);

    expect([timers(), connections()]).toEqual([0, 0]);
  });

  it.each<[string, Mangle]>([
    ['ends early', (chunk) => (chunk.length > 100 ? 'cut' : [chunk])],
    ['comes twice', (chunk) => [chunk, chunk]],
  ])('has its manager say that a proxy cannot be read, whose every answer %s', async (_, mangle) => {
    const { kernel, ...at } = await worldOf({ mangle });

    await kernel.advance(30_000);

    expect(truth(at).proxies).toMatchObject([{ status: 'unhealthy' }]);
    await at.compareSurfaces();
  });

  it('takes the same course from the same seed, and another from another', async () => {
    const [first, again, other] = [await tellStory(1), await tellStory(1), await tellStory(2)];

    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('takes the course in a process of its own that it takes here', async () => {
    const script = `import { tellStory } from './small-world.ts'; process.stdout.write(await tellStory(1));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      env: {},
    });

    expect(stdout).toBe(await tellStory(1));
  });
});

const violated = (manager: Manager) => createStackTransport().compareSurfaces(manager);

describe('what the surfaces of a manager say', () => {
  it('is a violation where one of them is late, whichever and whatever it is', async () => {
    const { manager, mounts, kernel } = await settled();
    const before = manager.snapshot();
    mounts.set('/volume2', ESTALE);
    await kernel.advance(15_000);
    const lateFrom = (asked: number): Manager => {
      let count = 0;
      return { ...manager, snapshot: () => ((count += 1) < asked ? manager.snapshot() : before) };
    };

    const late = await Promise.all(
      [2, 3, 4].map((asked) => violated(lateFrom(asked)).then(String, (error: Error) => error.message)),
    );

    expect(late).toEqual([
      expect.stringMatching(/^last_checked_at of proxy1 is .*, GraphQL storageProxyHealthList says /),
      expect.stringMatching(/^last_checked_at of proxy1 is .*, tRPC storageProxyHealthList says /),
      expect.stringMatching(/^last_checked_at of proxy1:volume1 is .*, tRPC volumeHealthList says /),
    ]);
  });

  it('is a violation where a service fails at it', async () => {
    const { manager } = await settled();
    const broken: Manager = {
      ...manager,
      observer: () => {
        throw new Error('broken');
      },
    };

    await expect(violated(broken)).rejects.toThrow('broken');
  });
});

describe('a service that fails', () => {
  it('is a violation, once everything has run that it has set off', async () => {
    const { manager, subscribe, kernel } = await worldOf();
    Object.assign(manager, {
      watch() {
        throw new Error('broken');
      },
    });

    const listening: Subscriber = subscribe('tRPC');

    await expect(kernel.advance(1_000)).rejects.toThrow('a service failed');
    listening.leave();
  });
});
