import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManagerEvent } from '../../schema/manager-event.ts';
import type { VolumeHealth } from '../../schema/volume-health.ts';
import { settled } from '../fake-clock.ts';
import { createWorld } from '../world.ts';

const HOST = { proxy: 'proxy1', volume: 'volume1' };

let world: ReturnType<typeof createWorld>;
/** Lets what a test holds up go on. */
let release: () => void;

beforeEach(async () => {
  world = createWorld();
  release = () => {};
  world.startProxy('proxy1', ['volume1']);
  world.startProxy('proxy2', ['volume1']);
  await world.clock.advance(15_000);
});
afterEach(() => {
  release();
  world.manager.stop();
});

/** A check that somebody waits for, and what came of it so far. */
function checking() {
  const seen: { result?: VolumeHealth | null; error?: unknown } = {};
  world.manager.checkVolume(HOST).then(
    (result) => (seen.result = result),
    (error: unknown) => (seen.error = error),
  );
  return seen;
}

/** By what a check that is out is held up. */
const HOLDS: readonly (readonly [string, () => Promise<void>])[] = [
  [
    'the storage',
    async () => {
      world.mounts.set('/volume1', 'hang');
    },
  ],
  [
    'the proxy',
    async () => {
      release = world.stopProxy('proxy1');
    },
  ],
  [
    'the poll that follows it',
    async () => {
      release = world.holdReports();
    },
  ],
  [
    'the poll of a proxy that was away',
    async () => {
      world.killProxy('proxy1');
      await settled();
      world.startProxy('proxy1', ['volume1']);
      release = world.stopProxy('proxy1');
    },
  ],
];

describe('a check on demand', () => {
  it('ends by the clock of the manager, as soon as the proxy has had the time of a check and of two polls', async () => {
    release = world.stopProxy('proxy1');
    const check = checking();
    await world.clock.advance(5_000 + 3_000);
    expect(check).toEqual({});
    await world.clock.advance(3_000);
    expect(check).toMatchObject({ result: { status: 'unknown', reason: 'PROXY_UNREACHABLE' } });
  });
});

describe.each(HOLDS)('a manager that is stopped while a check is out that waits for %s', (_, holdUp) => {
  beforeEach(async () => {
    await holdUp();
  });

  it('answers it with what was known until then', async () => {
    const check = checking();
    await settled();
    expect(check).toEqual({});
    const known = world.manager.snapshot().volume(HOST);
    world.manager.stop();
    await settled();
    expect(check).toEqual({ result: known });
  });

  it('leaves no timer, also when what was held up comes after all', async () => {
    checking();
    await settled();
    world.manager.stop();
    await settled();
    release();
    world.mounts.set('/volume1', null);
    await settled();
    for (const name of ['proxy1', 'proxy2']) world.killProxy(name);
    expect(world.clock.timers()).toBe(0);
  });
});

describe('a manager that was stopped', () => {
  it('knows for ever what it knew, and tells nobody anything, whatever becomes of its proxies', async () => {
    const events: ManagerEvent[] = [];
    const leaving = new AbortController();
    const { watch, snapshot, observer, stop } = world.manager;
    void (async () => {
      for await (const event of watch({ host: null, lastEventId: null, signal: leaving.signal })) events.push(event);
    })();
    await settled();
    checking();
    stop();
    const last = snapshot();
    const before = { events: events.length, transitions: world.transitions.length, observer: observer() };
    world.killProxy('proxy1');
    await world.clock.pause(600_000);
    await world.clock.advance(600_000);
    expect(snapshot()).toBe(last);
    expect({ events: events.length, transitions: world.transitions.length, observer: observer() }).toEqual(before);
    leaving.abort();
  });

  it('answers a check with what it knows, and asks nothing', async () => {
    world.manager.stop();
    world.asked.length = 0;
    const known = world.manager.snapshot().volume(HOST);
    expect(known?.status).toBe('healthy');
    expect(await world.manager.checkVolume(HOST)).toBe(known);
    expect(await world.manager.checkVolume({ proxy: 'proxy9', volume: 'volume1' })).toBeNull();
    expect(world.asked).toEqual([]);
  });
});
