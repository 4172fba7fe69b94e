import { describe, expect, it } from 'vitest';
import { parseManagerConfig } from '../../../manager/config.ts';
import { createScripted, hanging, REFUSED, WELL } from './scripted-proxy.ts';

const MINUTE_MS = 60_000;

describe('the volumes of a proxy of Backend.AI', () => {
  it('are asked for within moments of the first poll, and every minute from then on', async () => {
    const { clock, state, times } = createScripted();
    await clock.advance(1_000);
    expect(state()).toBe('healthy OK');
    await clock.advance(10 * MINUTE_MS);
    expect([times('volume/hwinfo v'), times('volumes')]).toEqual([11, 11]);
  });

  it('keep their verdicts where the proxy is to be reached otherwise, until they are asked for in that way', async () => {
    const { clock, manager, proxy, state, times, transitions } = createScripted({ volumes: ['v', 'gone'] });
    await clock.advance(1_000);
    const before = [...transitions];
    proxy.volumes = ['v'];
    const other = parseManagerConfig('[proxies.p]\nmanager_api = "http://p"\nsecret = "other"\n', 'manager.toml');
    manager.reconfigure(other.config);
    await clock.advance(1_000);
    expect([state(), times('volume/hwinfo v'), transitions]).toEqual(['healthy OK', 2, before]);
    await clock.advance(2 * MINUTE_MS);
    expect([state(), state('gone')]).toEqual(['healthy OK', 'unknown NOT_REPORTED']);
  });

  it('that were known are asked for where the proxy is to be reached otherwise, and cannot list them any more', async () => {
    const { clock, manager, proxy, state, times, transitions } = createScripted();
    await clock.advance(1_000);
    const before = [...transitions];
    proxy.isListFailing = true;
    const other = parseManagerConfig('[proxies.p]\nmanager_api = "http://p"\nsecret = "other"\n', 'manager.toml');
    manager.reconfigure(other.config);
    await clock.advance(1_000);
    expect([state(), times('volume/hwinfo v'), transitions]).toEqual(['healthy OK', 2, before]);
  });

  it('are not checked yet until they were asked for', async () => {
    const { clock, state } = createScripted({ hwinfo: hanging });
    await clock.advance(1_000);
    expect(state()).toBe('unknown NOT_CHECKED');
  });

  it('are asked for by no more than four at once', async () => {
    const volumes = Array.from({ length: 40 }, (_, index) => `v${index}`);
    const { clock, counts } = createScripted({ volumes, hwinfo: hanging });
    await clock.advance(MINUTE_MS);
    expect(counts.most).toBe(4);
  });

  it('are told apart by one that hangs, however many of them hang', async () => {
    const volumes = ['good', ...Array.from({ length: 20 }, (_, index) => `hung${index}`)];
    const { clock, state } = createScripted({
      volumes,
      hwinfo: async (name, signal) => (name === 'good' ? WELL : hanging(name, signal)),
    });
    await clock.advance(5 * MINUTE_MS);
    for (let minutes = 0; minutes < 5; minutes += 1) {
      await clock.advance(MINUTE_MS);
      expect(state('good')).toBe('healthy OK');
    }
    expect(state('hung0')).toBe('unavailable CHECK_TIMEOUT');
  });

  it('that fail are asked for again sooner, and as soon as they recover are healthy', async () => {
    const { clock, proxy, state, volume, times } = createScripted({
      hwinfo: async () => ({ status: 'unavailable' }),
    });
    await clock.advance(1_000);
    expect([state(), volume()?.state_type]).toEqual(['unavailable HWINFO_FAILED', 'soft']);
    await clock.advance(25_000);
    expect([times('volume/hwinfo v'), volume()?.state_type]).toEqual([3, 'hard']);
    proxy.hwinfo = async () => WELL;
    await clock.advance(31_000);
    expect(state()).toBe('healthy OK');
  });

  it('are as old as the question, not as the answer', async () => {
    const { clock, proxy, volume } = createScripted();
    proxy.hwinfo = () => new Promise((resolve) => void clock.after(10_000, () => resolve(WELL)));
    await clock.advance(1_000);
    const beforeMs = clock.now();
    await clock.advance(10_000);
    expect(Date.parse(volume()?.last_checked_at ?? '')).toBeLessThanOrEqual(beforeMs);
    expect(volume()?.probe_ms).toBe(10_000);
  });

  it('turn stale where no turn comes to ask for them', async () => {
    const volumes = ['v', ...Array.from({ length: 300 }, (_, index) => `slow${index}`)];
    const { clock, proxy, state } = createScripted({ volumes });
    await clock.advance(MINUTE_MS / 2);
    expect(state()).toBe('healthy OK');
    // Each answers in time; all of them together do not.
    proxy.hwinfo = () => new Promise((resolve) => void clock.after(14_000, () => resolve(WELL)));
    await clock.advance(4 * MINUTE_MS);
    const states = new Set(volumes.map((name) => state(name)));
    expect(states).toContain('unknown STALE');
    // That its turn does not come says nothing of a volume.
    expect([...states].filter((text) => text.startsWith('unavailable'))).toEqual([]);
  });
});

describe('a proxy of Backend.AI', () => {
  it('is polled no sooner for volumes that were not asked for yet', async () => {
    const { clock, times } = createScripted({ hwinfo: hanging });
    await clock.advance(14_000);
    expect(times('health')).toBe(2);
  });

  it('has its volumes asked for no sooner for a kept-alive connection that it cut', async () => {
    const { clock, proxy, times, state, health } = createScripted();
    await clock.advance(1_000);
    for (let polls = 0; polls < 4; polls += 1) {
      proxy.cuts = 1;
      await clock.advance(10_000);
    }
    expect([times('volume/hwinfo v'), times('manager-api/health')]).toEqual([1, 1]);
    expect([state(), health()?.is_healthy]).toEqual(['healthy OK', true]);
  });

  it.for([
    ['https://p', ['its certificate is not verified']],
    ['http://p', []],
  ] as const)('at %s shows whether there is a certificate that nobody verifies', ([url, warnings]) => {
    const { health } = createScripted({}, { url, more: 'ssl_verify = false' });
    expect(health()?.warnings).toEqual(warnings);
  });
});

describe('a proxy of Backend.AI that goes away', () => {
  it('makes its volumes unknown, and is asked for none of them until it is back', async () => {
    const { clock, proxy, state, asked, times } = createScripted();
    await clock.advance(1_000);
    proxy.lost = REFUSED;
    await clock.advance(15_000);
    expect(state()).toBe('unknown PROXY_UNREACHABLE');
    asked.length = 0;
    await clock.advance(5 * MINUTE_MS);
    expect(new Set(asked)).toEqual(new Set(['manager-api/health']));
    proxy.lost = null;
    await clock.advance(35_000);
    expect(state()).toBe('healthy OK');
    expect(times('volume/hwinfo v')).toBeGreaterThan(0);
  });

  it('keeps since when its volumes have been as they are', async () => {
    const { clock, proxy, volume, state } = createScripted();
    await clock.advance(1_000);
    const since = volume()?.since;
    proxy.lost = REFUSED;
    await clock.advance(5 * MINUTE_MS);
    proxy.lost = null;
    await clock.advance(2 * MINUTE_MS);
    expect([state(), volume()?.since]).toEqual(['healthy OK', since]);
  });

  it('is noticed by the question for a volume, which makes no verdict of it', async () => {
    const { clock, proxy, transitions, health } = createScripted();
    await clock.advance(55_000);
    const polledMs = Date.parse(health()?.last_checked_at ?? '');
    // Between two polls, the way is lost to a question for the volume first.
    proxy.hwinfo = async () => {
      proxy.lost = REFUSED;
      throw REFUSED;
    };
    await clock.advance(4 * MINUTE_MS);
    expect(polledMs).toBeGreaterThan(0);
    expect(transitions.filter((text) => text.includes('unavailable'))).toEqual([]);
    expect(transitions).toContain('p:v unknown PROXY_UNREACHABLE');
  });

  it('is unhealthy once it refuses the secret, though its open route answers', async () => {
    const { clock, proxy, health } = createScripted();
    await clock.advance(1_000);
    proxy.isRefusing = true;
    await clock.advance(2 * MINUTE_MS);
    expect(health()).toMatchObject({ status: 'unhealthy', error_message: 'the secret is refused (HTTP 403)' });
    proxy.isRefusing = false;
    await clock.advance(MINUTE_MS);
    expect(health()).toMatchObject({ status: 'healthy', protocol: 'rest' });
  });
});

describe('a manager of a proxy of Backend.AI', () => {
  it('knows nothing current after a pause of its own, until it has asked again', async () => {
    const { clock, state, transitions } = createScripted();
    await clock.advance(1_000);
    await clock.pause(10 * MINUTE_MS);
    expect(state()).toBe('unknown OBSERVER_PAUSED');
    await clock.advance(15_000);
    expect(state()).toBe('healthy OK');
    expect(transitions.filter((text) => text.includes('unavailable'))).toEqual([]);
  });

  it('asks for a volume now when somebody wants it checked, but not twice within a second', async () => {
    const { clock, manager, proxy, times } = createScripted();
    await clock.advance(5_000);
    proxy.hwinfo = async () => ({ status: 'offline' });
    const before = times('volume/hwinfo v');
    await expect(manager.checkVolume({ proxy: 'p', volume: 'v' })).resolves.toMatchObject({ status: 'offline' });
    await manager.checkVolume({ proxy: 'p', volume: 'v' });
    expect(times('volume/hwinfo v')).toBe(before + 1);
  });

  it('waits for a check no longer than it may take', async () => {
    const volumes = Array.from({ length: 10 }, (_, index) => `v${index}`);
    const { clock, manager, proxy } = createScripted({ volumes });
    await clock.advance(5_000);
    proxy.hwinfo = hanging;
    for (const volume of volumes.slice(0, 9)) void manager.checkVolume({ proxy: 'p', volume });
    // Others have their turn first, and hold it as long as they may.
    const check = manager.checkVolume({ proxy: 'p', volume: 'v9' });
    await clock.advance(20_000);
    await expect(Promise.race([check, Promise.resolve('still waits')])).resolves.toMatchObject({ volume_id: 'v9' });
  });

  it('leaves a volume that is gone unknown for a day, and then drops it', async () => {
    const { clock, manager, proxy, state, volume, times } = createScripted({ volumes: ['v', 'w'] });
    await clock.advance(1_000);
    proxy.volumes = ['w'];
    await clock.advance(1.5 * MINUTE_MS);
    expect(state()).toBe('healthy OK');
    const questions = times('volume/hwinfo v');
    await manager.checkVolume({ proxy: 'p', volume: 'v' });
    await clock.advance(MINUTE_MS);
    expect(state()).toBe('unknown NOT_REPORTED');
    expect(times('volume/hwinfo v')).toBe(questions);
    expect(volume()?.last_known_status).toBe('healthy');
    await clock.pause(24 * 60 * MINUTE_MS);
    await clock.advance(2 * MINUTE_MS);
    expect(volume()).toBeNull();
  });

  it('leaves nothing behind when it ends', async () => {
    const { clock, manager, proxy } = createScripted({ volumes: ['a', 'b'] });
    proxy.hwinfo = hanging;
    await clock.advance(5_000);
    manager.stop();
    await clock.advance(0);
    expect(clock.timers()).toBe(0);
  });
});
