import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld } from '../world.ts';

let world: ReturnType<typeof createWorld>;

beforeEach(async () => {
  world = createWorld();
  world.startProxy('proxy1', ['volume1']);
  world.startProxy('proxy2', ['volume1']);
  await world.clock.advance(12_000);
});
afterEach(() => {
  world.manager.stop();
});

describe('the snapshot', () => {
  it('is one and the same until something moves', () => {
    expect(world.manager.snapshot()).toBe(world.manager.snapshot());
  });

  it('is replaced for times alone, at most once a second', async () => {
    const seen = new Set([world.manager.snapshot()]);
    for (let i = 0; i < 200; i += 1) {
      await world.clock.advance(100);
      seen.add(world.manager.snapshot());
    }
    expect(seen.size).toBeGreaterThan(2);
    expect(seen.size).toBeLessThanOrEqual(21);
  });

  it('does not change once somebody holds it', async () => {
    const held = world.manager.snapshot();
    const before = structuredClone({ proxies: held.proxies, volumes: held.volumes });
    world.killProxy('proxy1');
    await world.clock.advance(15_000);
    expect({ proxies: held.proxies, volumes: held.volumes }).toEqual(before);
    expect(world.manager.snapshot()).not.toBe(held);
  });

  it('has no value for what is not known, but an effective one, with the reason', () => {
    const snapshot = world.manager.snapshot();
    const elsewhere = { proxy: 'proxy9', volume: 'volume1' };
    const missing = { proxy: 'proxy1', volume: 'volume9' };
    expect([snapshot.volume(elsewhere), snapshot.volume(missing)]).toEqual([null, null]);
    expect([snapshot.effective(elsewhere), snapshot.effective(missing)]).toMatchObject([
      { status: 'unknown', reason: 'PROXY_NOT_CONFIGURED', backend_type: 'unknown', since: null },
      { status: 'unknown', reason: 'NOT_REPORTED', backend_type: 'unknown', since: null },
    ]);
  });
});

describe('a proxy that goes away', () => {
  it('is found within its interval and timeout, and confirmed after three polls', async () => {
    world.killProxy('proxy1');
    world.transitions.length = 0;
    await world.clock.advance(13_000);
    expect(world.transitions[0]).toBe('proxy1 unhealthy soft');
    await world.clock.advance(5_000);
    expect(world.transitions).toContain('proxy1 unhealthy hard');
  });

  it('makes no transition of what is only asked again and again', async () => {
    world.transitions.length = 0;
    await world.clock.advance(120_000);
    expect(world.transitions).toEqual([]);
  });
});

describe('a check on demand', () => {
  it('is null for a volume or a proxy that is not known', async () => {
    expect(await world.manager.checkVolume({ proxy: 'proxy9', volume: 'volume1' })).toBeNull();
    expect(await world.manager.checkVolume({ proxy: 'proxy1', volume: 'volume9' })).toBeNull();
  });

  it('is unknown behind a proxy that does not answer, and found out at once', async () => {
    world.killProxy('proxy1');
    expect(await world.manager.checkVolume({ proxy: 'proxy1', volume: 'volume1' })).toMatchObject({
      status: 'unknown',
      reason: 'PROXY_UNREACHABLE',
    });
  });
});

it('leaves no timer behind when it is stopped', () => {
  world.killProxy('proxy1');
  world.killProxy('proxy2');
  world.manager.stop();
  expect(world.clock.timers()).toBe(0);
});
