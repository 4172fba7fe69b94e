import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEffectiveState } from '../../manager/effective-state.ts';
import { NO_NEWS } from '../../manager/received.ts';
import { UNASKED } from '../../probe/target-state.ts';
import type { Change } from '../../manager/changes.ts';
import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import { createFakeClock, settled } from '../fake-clock.ts';
import { createWorld } from '../world.ts';
import { received } from './received-fixture.ts';

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

it('has a value for any volume of a proxy that does not answer: only one that does can tell that there is none', async () => {
  world.killProxy('proxy1');
  world.restartManager();
  await world.clock.advance(12_000);
  const { volume } = world.manager.snapshot();
  expect(volume({ proxy: 'proxy1', volume: 'volume9' })).toMatchObject({
    status: 'unknown',
    reason: 'PROXY_UNREACHABLE',
  });
  expect(volume({ proxy: 'proxy2', volume: 'volume9' })).toBeNull();
});

const ALL = { touched: 'all', isMeasuredOnly: false } as const;

/** The state of one proxy that was polled once, now, and reports one volume; nothing polls it again. */
function createPolledOnce() {
  const clock = createFakeClock();
  const at = { wall: clock.now(), mono: clock.mono() };
  const volume: ReceivedVolumeReport = {
    status: 'healthy',
    status_info: 'usable',
    backend: 'vfs',
    last_checked_at: '2026-01-22T10:00:00Z',
    interval_ms: 10_000,
    timeout_ms: 1_000,
  };
  const reading = { ok: true, label: 'healthy', errorMessage: null };
  let isThere = true;
  let told = received({ askedMonoMs: at.mono, volumes: new Map([['v', volume]]) });
  const changes: Change[] = [];
  const state = createEffectiveState({
    proxies: [{ name: 'proxy1', intervalMs: 10_000, volumes: [] }],
    known: () => ({
      state: { ...UNASKED, reading: { ...reading, ok: isThere }, checkedAt: at },
      received: told,
      disturbance: null,
    }),
    clock,
    onChanges: (_, moved) => changes.push(...moved),
  });
  state.refresh(null, ALL);
  const statusOf = () => state.snapshot().volume({ proxy: 'proxy1', volume: 'v' })?.status;
  /** Another report comes, with other words about the volume. */
  const receive = (status_info: string) => {
    const volumes = new Map([['v', { ...volume, status_info }]]);
    told = received({ askedMonoMs: at.mono, seq: 2, volumes });
    state.refresh('proxy1', { touched: ['v'], isMeasuredOnly: false });
  };
  const leave = () => {
    isThere = false;
    state.refresh('proxy1', { touched: [], isMeasuredOnly: false });
  };
  /** It is polled well again, by which time its stream has told of checks that were made just now. */
  const comeBack = () => {
    isThere = true;
    told = received({ askedMonoMs: clock.mono(), volumes: new Map([['v', volume]]) });
    state.refresh('proxy1', { touched: [], isMeasuredOnly: false });
  };
  return { clock, state, statusOf, receive, leave, comeBack, changes };
}

describe('the snapshot of a state that nobody renews', () => {
  it('turns unknown at the very time at which its verdict turns stale', async () => {
    const { clock, statusOf } = createPolledOnce();
    await clock.advance(22_000 + 1_000 + 20_000 + 5_000);
    expect(statusOf()).toBe('healthy');
    await clock.advance(2);
    expect(statusOf()).toBe('unknown');
  });

  it('turns unknown for subscribers too, without anybody looking', async () => {
    const { clock, changes } = createPolledOnce();
    changes.length = 0;
    await clock.advance(60_000);
    expect(changes).toMatchObject([{ volume: 'v', transition: { current: { reason: 'STALE' } } }]);
  });

  it('turns unknown during a suspend for whoever looks first, and for subscribers, though no timer has run', () => {
    const { clock, statusOf, changes } = createPolledOnce();
    statusOf();
    changes.length = 0;
    clock.suspend(60_000);
    expect(statusOf()).toBe('unknown');
    expect(changes).toMatchObject([{ volume: 'v', transition: { current: { reason: 'STALE' } } }]);
  });

  it('stays as it was when it was stopped, whatever comes then and however late somebody looks', async () => {
    const { clock, state, receive, leave, changes } = createPolledOnce();
    const last = state.snapshot();
    state.refresh('proxy1', NO_NEWS);
    state.stop();
    changes.length = 0;
    receive('usable, 5 % used');
    leave();
    state.flush();
    await clock.advance(60_000);
    expect([state.snapshot() === last, changes]).toEqual([true, []]);
  });

  it('is as it was when it was stopped also where nobody had looked until then', () => {
    const { state, statusOf, leave, changes } = createPolledOnce();
    state.refresh('proxy1', NO_NEWS);
    state.stop();
    changes.length = 0;
    leave();
    expect([statusOf(), changes]).toEqual(['healthy', []]);
  });

  it('turns unknown for subscribers also where the proxy had been away until every verdict was too old', async () => {
    const { clock, changes, leave, comeBack } = createPolledOnce();
    leave();
    await clock.advance(60_000);
    comeBack();
    expect(changes.at(-1)).toMatchObject({ transition: { current: { status: 'healthy' } } });
    await clock.advance(60_000);
    expect(changes.at(-1)).toMatchObject({ transition: { current: { reason: 'STALE' } } });
  });

  it('is replaced once for a hundred refreshes in which only times moved', async () => {
    const { clock, state } = createPolledOnce();
    await clock.advance(1_001);
    const seen = new Set([state.snapshot()]);
    for (let i = 0; i < 99; i += 1) {
      await clock.advance(10);
      state.refresh('proxy1', { touched: [], isMeasuredOnly: false });
      seen.add(state.snapshot());
    }
    expect(seen.size).toBe(1);
    await clock.advance(10);
    expect(seen.has(state.snapshot())).toBe(false);
  });

  it('is replaced at once where a sentence moved, though no verdict did', () => {
    const { state, receive } = createPolledOnce();
    receive('usable, 5 % used');
    expect(state.snapshot().volumes[0]?.status_info).toBe('usable, 5 % used');
  });

  it('is replaced at once for whoever has just had the times moved', () => {
    const { state } = createPolledOnce();
    const before = state.snapshot();
    state.refresh('proxy1', { touched: [], isMeasuredOnly: false });
    state.flush();
    expect(state.snapshot()).not.toBe(before);
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

  it('shows the time of that very check, also where nothing else moved', async () => {
    await world.clock.advance(30_000);
    const before = world.manager.snapshot().volume({ proxy: 'proxy1', volume: 'volume1' })?.last_checked_at;
    await world.clock.advance(2_000);
    const { last_checked_at } = (await world.manager.checkVolume({ proxy: 'proxy1', volume: 'volume1' })) ?? {};
    expect(Date.parse(last_checked_at ?? '')).toBeGreaterThan(Date.parse(before ?? ''));
    expect(Date.parse(last_checked_at ?? '')).toBe(world.clock.now());
  });

  it('asks the storage also where the proxy had not been polled yet', async () => {
    const fresh = createWorld();
    fresh.mounts.set('/volume1', 116);
    fresh.startProxy('proxy1', ['volume1']);
    await settled();
    expect(fresh.manager.snapshot().proxies[0]?.last_checked_at).toBeNull();
    expect(await fresh.manager.checkVolume({ proxy: 'proxy1', volume: 'volume1' })).toMatchObject({
      status: 'offline',
    });
    fresh.manager.stop();
  });

  it('is not content with a poll that was on its way before it', async () => {
    await world.clock.advance(1_000);
    const release = world.holdReports();
    await world.clock.advance(8_500);
    world.mounts.set('/volume1', 116);
    const checked = world.manager.checkVolume({ proxy: 'proxy1', volume: 'volume1' });
    await settled();
    release();
    expect(await checked).toMatchObject({ status: 'offline' });
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
