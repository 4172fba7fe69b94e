import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled } from '../fake-clock.ts';
import { createWorld } from '../world.ts';

const ESTALE = 116;

let world: ReturnType<typeof createWorld>;

/** Two proxies whose volumes are asked every 10 s; the manager polls every 10 s, and listens. */
beforeEach(async () => {
  world = createWorld();
  world.startProxy('proxy1', ['volume1', 'volume2']);
  world.startProxy('proxy2', ['volume1']);
  await world.clock.advance(15_000);
  world.asked.length = 0;
});
afterEach(() => {
  world.manager.stop();
});

const volume1 = () => world.manager.snapshot().volume({ proxy: 'proxy1', volume: 'volume1' });
const verdict = () => `${volume1()?.status} ${volume1()?.reason}`;
const polls = () => world.asked.filter((request) => request.startsWith('proxy1 /manager-api/health'));

/** Lets time pass in steps until it holds, and says how many milliseconds that took. */
async function waitFor(holds: () => boolean, { stepMs = 50, atMostMs = 60_000 } = {}): Promise<number> {
  for (let waited = 0; waited < atMostMs; waited += stepMs) {
    if (holds()) return waited;
    await world.clock.advance(stepMs);
  }
  throw new Error(`not within ${atMostMs} ms`);
}

describe('a manager that listens', () => {
  it('knows a verdict as soon as its proxy does', async () => {
    world.mounts.set('/volume1', ESTALE);
    await waitFor(() => world.proxyReport('proxy1')?.volumes['volume1']?.status === 'offline');
    await settled();
    expect(verdict()).toBe('offline MOUNT_STALE');
  });

  it('is told of checks that found nothing new without asking for the whole report', async () => {
    const before = volume1()?.last_checked_at ?? '';
    await world.clock.advance(60_000);
    expect(Date.parse(volume1()?.last_checked_at ?? '') - Date.parse(before)).toBeGreaterThanOrEqual(40_000);
    expect(polls().length).toBeGreaterThanOrEqual(5);
    expect(polls().filter((request) => !request.includes('?known='))).toEqual([]);
  });

  it('compares everything all the same, every five minutes', async () => {
    await world.clock.advance(330_000);
    expect(polls().filter((request) => !request.includes('?known=')).length).toBe(1);
  });

  it('asks at once when its stream is cut, and believes what it knows if the proxy is well', async () => {
    world.transitions.length = 0;
    await waitFor(() => polls().length > 0);
    await world.clock.advance(3_000);
    world.asked.length = 0;
    world.cutStreams('proxy1');
    await settled();
    expect(polls().length).toBe(1);
    await world.clock.advance(3_000);
    expect(world.asked.some((request) => request.startsWith('proxy1 /trpc/health.watch'))).toBe(true);
    expect([verdict(), world.transitions]).toEqual(['healthy OK', []]);
  });

  it('misses nothing that happened while its stream was cut', async () => {
    world.cutStreams('proxy1');
    world.mounts.set('/volume1', ESTALE);
    await waitFor(() => verdict() === 'offline MOUNT_STALE');
    world.mounts.set('/volume1', null);
    world.cutStreams('proxy1');
    await waitFor(() => verdict() !== 'offline MOUNT_STALE');
    expect(verdict()).toBe('healthy OK');
  });

  it('knows within a moment that a proxy was killed: its stream ends', async () => {
    world.killProxy('proxy1');
    await settled();
    expect(verdict()).toBe('unknown PROXY_UNREACHABLE');
  });

  it('does not take an answer that was on its way for news of a proxy that was killed since', async () => {
    const arrive = world.holdReports();
    await waitFor(() => polls().length > 0);
    world.killProxy('proxy1');
    await settled();
    arrive();
    await settled();
    expect(verdict()).toBe('unknown PROXY_UNREACHABLE');
  });

  it('knows within five seconds of silence and a timeout that a proxy hangs', async () => {
    const resume = world.stopProxy('proxy1');
    const ms = await waitFor(() => verdict() === 'unknown PROXY_UNREACHABLE');
    expect(ms).toBeLessThanOrEqual(5_000 + 3_000 + 100);
    resume();
    await waitFor(() => verdict() === 'healthy OK', { atMostMs: 10_000 });
  });

  it('has the verdicts of a proxy that was started again as soon as it has made them', async () => {
    world.killProxy('proxy1');
    await world.clock.advance(20_000);
    world.startProxy('proxy1', ['volume1', 'volume2']);
    await waitFor(() => world.manager.snapshot().proxies[0]?.is_healthy === true);
    await waitFor(() => world.proxyReport('proxy1')?.volumes['volume1']?.last_checked_at != null);
    await settled();
    expect(verdict()).toBe('healthy OK');
  });

  it('learns nothing current from words that lay about while it was stopped', async () => {
    const resume = world.stopProxy('proxy1');
    world.mounts.set('/volume1', ESTALE);
    await world.clock.advance(4_000);
    await world.clock.pause(3_600_000);
    resume();
    await settled();
    expect(volume1()?.status).toBe('unknown');
    await waitFor(() => verdict() === 'offline MOUNT_STALE', { atMostMs: 20_000 });
  });

  it('changes no verdict for a clock that is set an hour ahead, or back', async () => {
    world.transitions.length = 0;
    for (const ms of [3_600_000, -7_200_000]) {
      world.clock.setWallBy(ms);
      await world.clock.advance(60_000);
    }
    expect([verdict(), world.transitions]).toEqual(['healthy OK', []]);
  });
});

describe('an outage', () => {
  it('is one event of the proxy, and events of its volumes that name it', async () => {
    world.killProxy('proxy1');
    await settled();
    const { proxyHistory, volumeHistory } = world.manager;
    const [outage] = proxyHistory('proxy1', 1);
    expect(outage).toMatchObject({ subject: 'proxy1', data: { current: 'unhealthy', reason: 'PROXY_UNREACHABLE' } });
    for (const volume of ['volume1', 'volume2']) {
      expect(volumeHistory({ proxy: 'proxy1', volume }, 1)).toMatchObject([
        { data: { previous: 'healthy', current: 'unknown', last_known_status: 'healthy', caused_by: outage?.id } },
      ]);
    }
    expect(volumeHistory({ proxy: 'proxy2', volume: 'volume1' }, 9)).toEqual([]);
  });

  it('is one event with its volumes also where the proxy has been away since before the manager started', async () => {
    world.killProxy('proxy1');
    world.restartManager();
    await world.clock.advance(30_000);
    const { proxyHistory, volumeHistory } = world.manager;
    const [outage, confirmed] = proxyHistory('proxy1', 9);
    expect([outage, confirmed]).toMatchObject([
      { data: { previous: null, current: 'unhealthy', state_type: 'soft' } },
      { data: { previous: 'unhealthy', current: 'unhealthy', state_type: 'hard' } },
    ]);
    expect(volumeHistory({ proxy: 'proxy1', volume: 'volume1' }, 9)).toMatchObject([
      { data: { current: 'unknown', reason: 'PROXY_UNREACHABLE', caused_by: outage?.id } },
    ]);
  });

  it('is over for the volumes with an event that names the return of the proxy', async () => {
    world.killProxy('proxy1');
    await world.clock.advance(20_000);
    world.startProxy('proxy1', ['volume1', 'volume2']);
    await waitFor(() => verdict() === 'healthy OK');
    const { proxyHistory, volumeHistory } = world.manager;
    const returned = proxyHistory('proxy1', 9).at(-1);
    expect(returned?.data.current).toBe('healthy');
    expect(volumeHistory({ proxy: 'proxy1', volume: 'volume1' }, 1)).toMatchObject([
      { data: { previous: 'unknown', current: 'healthy', caused_by: returned?.id } },
    ]);
  });
});

describe('a manager that is too busy itself', () => {
  it('says so, and not that its proxies are down; and it is over when it has heard them', async () => {
    const resume = world.stopProxy('proxy1');
    await waitFor(() => polls().length > 0);
    for (let i = 0; i < 3; i += 1) {
      await world.compute(1_800);
      await world.clock.advance(50);
    }
    expect([verdict(), world.manager.observer().status]).toEqual(['unknown OBSERVER_OVERLOADED', 'overloaded']);
    expect(world.manager.snapshot().proxies[0]?.is_healthy).toBe(true);
    resume();
    await waitFor(() => verdict() === 'healthy OK', { atMostMs: 10_000 });
    expect(world.manager.observer().status).toBe('ok');
    expect(world.transitions.filter((line) => line.includes('unhealthy'))).toEqual([]);
  });

  it('explains by itself what became of its volumes meanwhile', async () => {
    await world.compute(60_000);
    expect(world.transitions).toContain('observer overloaded');
    expect(world.manager.volumeHistory({ proxy: 'proxy1', volume: 'volume1' }, 1)).toMatchObject([
      { data: { current: 'unknown', reason: 'OBSERVER_OVERLOADED', caused_by: expect.stringMatching(/^\d+$/) } },
    ]);
  });
});
