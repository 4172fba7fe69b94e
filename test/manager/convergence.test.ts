import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManagerEvent } from '../../schema/manager-event.ts';
import type { StorageProxyHealth } from '../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../schema/volume-health.ts';
import { formatVolumeHost, parseVolumeHost } from '../../schema/volume-host.ts';
import { settled } from '../fake-clock.ts';
import { createWorld } from '../world.ts';

const ESTALE = 116;
const EIO = 5;
const PROXIES = ['proxy1', 'proxy2'];
const VOLUMES = ['volume1', 'volume2', 'volume3'];
/** An interval with its jitter and a timeout: no proxy that is gone or silent is believed for longer. */
const BELIEVED_MS = 11_000 + 3_000 + 500;

type World = ReturnType<typeof createWorld>;

const proxy = fc.constantFrom(...PROXIES);
const someVolumes = fc.subarray(VOLUMES, { minLength: 1 });
const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('restart'),
      proxy,
      volumes: someVolumes,
      downMs: fc.constantFrom(0, 300, 5_000, 30_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('kill'), proxy }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('cut'), proxy }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('stop'), proxy, ms: fc.constantFrom(500, 4_000, 9_000, 40_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('mount'),
      path: fc.constantFrom(...VOLUMES),
      fault: fc.constantFrom(null, ESTALE, EIO, 'hang' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pause'), ms: fc.constantFrom(1_500, 3_000, 600_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('suspend'), ms: fc.constantFrom(3_000, 600_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wall'), ms: fc.constantFrom(-3_600_000, 3_600_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('hold'), ms: fc.constantFrom(200, 2_000, 4_000) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('check'), proxy, volume: fc.constantFrom(...VOLUMES) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('leave') }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;
const step = fc.record({ act, thenMs: fc.constantFrom(0, 100, 700, 3_000, 12_000, 60_000) });

/** What somebody knows who replays the manager's events. */
interface Replayed {
  readonly volumes: Map<string, VolumeHealth>;
  readonly proxies: Map<string, StorageProxyHealth>;
  lastEventId: string | null;
  isWhole: boolean;
  readonly leave: () => void;
}

function replay({ manager }: World, lastEventId: string | null = null, from?: Replayed): Replayed {
  const leaving = new AbortController();
  const known: Replayed = {
    volumes: new Map(from?.volumes),
    proxies: new Map(from?.proxies),
    lastEventId,
    isWhole: true,
    leave: () => leaving.abort(),
  };
  void (async () => {
    for await (const event of manager.watch({ host: null, lastEventId, signal: leaving.signal })) take(known, event);
  })();
  return known;
}

function take(known: Replayed, event: ManagerEvent): void {
  if (event.type === 'snapshot') {
    if (known.isWhole) known.volumes.clear();
    for (const proxyHealth of event.proxies) known.proxies.set(proxyHealth.proxy_name, proxyHealth);
    for (const volume of event.volumes) known.volumes.set(hostOf(volume), volume);
    known.isWhole = event.remaining === 0;
  } else if (event.type === 'proxy') {
    if (event.current === null) known.proxies.delete(event.proxy_name);
    else known.proxies.set(event.proxy_name, event.current);
  } else if (event.type === 'volume') {
    if (event.current === null) known.volumes.delete(event.host);
    else known.volumes.set(event.host, event.current);
  }
  known.lastEventId = event.id ?? known.lastEventId;
}

const hostOf = ({ proxy_name, volume_id }: VolumeHealth): string =>
  formatVolumeHost({ proxy: proxy_name, volume: volume_id });

/** Times and figures are told with no event. */
const lastingOf = ({ last_checked_at, probe_ms, metadata, checks, ...lasting }: VolumeHealth) => ({
  ...lasting,
  checks: checks.map(({ name, status, reason }) => ({ name, status, reason })),
});

function stateOf(volumes: Iterable<VolumeHealth>, proxies: Iterable<StorageProxyHealth>) {
  return {
    volumes: Object.fromEntries(Array.from(volumes, (volume) => [hostOf(volume), lastingOf(volume)])),
    proxies: Object.fromEntries(
      Array.from(proxies, ({ last_checked_at, ...lasting }) => [lasting.proxy_name, lasting] as const),
    ),
  };
}

async function play(steps: readonly { act: Act; thenMs: number }[]): Promise<void> {
  const world = createWorld();
  const { clock, manager, mounts } = world;
  const running = new Map<string, readonly string[]>();
  const goneSinceMs = new Map<string, number>();
  const ends: (() => void)[] = [];
  const steady = replay(world);
  let restless = replay(world);
  let isWatched = false;

  const start = (name: string, names: readonly string[]) => {
    if (running.has(name)) world.killProxy(name);
    world.startProxy(name, names);
    running.set(name, names);
    goneSinceMs.delete(name);
  };
  const kill = (name: string) => {
    world.killProxy(name);
    running.delete(name);
    if (!goneSinceMs.has(name)) goneSinceMs.set(name, clock.mono());
  };
  const agree = async () => {
    // Whoever looks may be the first to find that something has turned stale; others are told of it then.
    manager.snapshot();
    await settled();
    const { volumes, proxies } = manager.snapshot();
    const now = stateOf(volumes, proxies);
    expect(stateOf(steady.volumes.values(), steady.proxies.values())).toEqual(now);
    expect(stateOf(restless.volumes.values(), restless.proxies.values())).toEqual(now);
  };
  const pass = async (ms: number) => {
    for (const endMs = clock.mono() + ms; clock.mono() < endMs; ) {
      await clock.advance(Math.min(2_500, endMs - clock.mono()));
      await settled();
      if (isWatched) await agree();
      for (const [name, sinceMs] of goneSinceMs) {
        if (clock.mono() - sinceMs <= BELIEVED_MS) continue;
        expect(
          manager
            .snapshot()
            .volumesOf(name)
            .filter(({ is_healthy }) => is_healthy),
        ).toEqual([]);
      }
    }
  };

  async function perform(deed: Act): Promise<void> {
    switch (deed.type) {
      case 'restart':
        kill(deed.proxy);
        await pass(deed.downMs);
        return start(deed.proxy, deed.volumes);
      case 'kill':
        return kill(deed.proxy);
      case 'cut':
        return world.cutStreams(deed.proxy);
      case 'stop': {
        if (!running.has(deed.proxy)) return;
        const resume = world.stopProxy(deed.proxy);
        goneSinceMs.set(deed.proxy, clock.mono());
        await pass(deed.ms);
        resume();
        goneSinceMs.delete(deed.proxy);
        return;
      }
      case 'mount':
        return mounts.set(`/${deed.path}`, deed.fault);
      case 'pause':
        for (const [name, sinceMs] of goneSinceMs) goneSinceMs.set(name, sinceMs + deed.ms);
        return clock.pause(deed.ms);
      case 'suspend':
        for (const [name, sinceMs] of goneSinceMs) goneSinceMs.set(name, sinceMs + deed.ms);
        return clock.suspend(deed.ms);
      case 'wall':
        return clock.setWallBy(deed.ms);
      case 'hold': {
        const resume = world.holdReports();
        ends.push(resume);
        await pass(deed.ms);
        return resume();
      }
      case 'check':
        void manager.checkVolume({ proxy: deed.proxy, volume: deed.volume });
        return;
      default:
        restless.leave();
        restless = replay(world, restless.lastEventId, restless);
    }
  }

  try {
    start('proxy1', ['volume1', 'volume2']);
    start('proxy2', ['volume1']);
    await pass(15_000);
    isWatched = true;
    for (const { act: deed, thenMs } of steps) {
      await perform(deed);
      await pass(thenMs);
    }
    for (const name of PROXIES) if (!running.has(name)) start(name, ['volume1', 'volume2']);
    await pass(75_000);
    expect(manager.observer().status).toBe('ok');
    for (const name of PROXIES) {
      const told = Object.entries(world.proxyReport(name)!.volumes);
      expect(manager.snapshot().volumesOf(name).map(verdictOf)).toEqual(
        told.map(([volume_id, report]) => verdictOf({ volume_id, ...report })).toSorted((a, b) => a.localeCompare(b)),
      );
    }
    for (const host of PROXIES.flatMap((p) => VOLUMES.map((v) => `${p}:${v}`))) chained(manager, host);
  } finally {
    for (const end of ends) end();
    for (const name of running.keys()) world.killProxy(name);
    steady.leave();
    restless.leave();
    manager.stop();
  }
}

function verdictOf(
  volume: Pick<VolumeHealth, 'volume_id' | 'reason'> & { status: string; state_type?: unknown },
): string {
  return `${volume.volume_id} ${volume.status} ${volume.reason} ${volume.state_type as string}`;
}

/** Each event of a volume begins where the one before it has ended, and the last one says how it is. */
function chained(manager: World['manager'], host: string): void {
  const at = parseVolumeHost(host)!;
  const events = manager.volumeHistory(at, 100).map(({ data }) => data);
  const now = manager.snapshot().volume(at);
  events.slice(1).forEach(({ previous }, index) => expect([host, previous]).toEqual([host, events[index]?.current]));
  const last = events.at(-1);
  if (last === undefined) return;
  if (now === null) expect([host, last.current]).toEqual([host, 'unknown']);
  else
    expect([host, last.current, last.reason, last.state_type]).toEqual([host, now.status, now.reason, now.state_type]);
}

describe('a manager, whatever happens to its proxies', () => {
  it('comes to agree with them, and tells its subscribers and its history of all that led there', async () => {
    // The same stories each time: a new one that fails is for whoever looks for it, not for whoever changes something else.
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), play), { numRuns: 30, seed: 7 });
  });
});
