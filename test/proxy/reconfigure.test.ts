import { safe } from '@trpc/client';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Backend, CheckAnswer } from '../../backends/backend.ts';
import { createProxyClient } from '../../client/proxy-client.ts';
import { createProxyApp } from '../../proxy/app.ts';
import { createStorageProxy, type StorageProxy } from '../../proxy/storage-proxy.ts';
import type { ProxyEvent } from '../../schema/proxy-event.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { createFakeClock, type FakeClock, settled } from '../fake-clock.ts';
import { createFakeMounts, type FakeMounts } from '../fake-mounts.ts';

const ESTALE = 116;
const SECRET = 'a shared secret';
const AUTH = { 'X-BackendAI-Storage-Auth-Token': SECRET };

let clock: FakeClock;
let mounts: FakeMounts;
let proxy: StorageProxy;
let secret: string;
let app: ReturnType<typeof createProxyApp>;

beforeEach(() => {
  clock = createFakeClock();
  mounts = createFakeMounts();
  secret = SECRET;
  proxy = started({ a: {}, b: {} });
  app = createProxyApp({ proxy, secret: () => secret, onError: raise });
});

function raise(error: unknown): void {
  throw error;
}

function configOf(volumes: Readonly<Record<string, object>>) {
  const volume = Object.entries(volumes).map(([name, more]) => {
    return [name, VolumeConfig.parse({ backend: 'vfs', path: `/${name}`, health_check_interval: '10s', ...more })];
  });
  return { storage_proxy: {}, volume: Object.fromEntries(volume) as Record<string, VolumeConfig> };
}

const started = (volumes: Readonly<Record<string, object>>) =>
  createStorageProxy({
    config: configOf(volumes),
    version: '1',
    epoch: 'e',
    askMount: mounts.ask,
    clock,
    random: () => 0.5,
  });

const reconfigure = (volumes: Readonly<Record<string, object>>) => proxy.reconfigure(configOf(volumes));

const at = (name: string): VolumeReport => proxy.volume(name)!;

/** What a reader of the stream is told from now on, beats aside. */
function listen(lastEventId: string | null = null): string[] {
  const heard: string[] = [];
  const { signal } = new AbortController();
  void (async () => {
    for await (const event of proxy.watch({ lastEventId, pingMs: 3_600_000, signal }))
      if (event.type !== 'beat') heard.push(lineOf(event));
  })();
  return heard;
}

function lineOf(event: ProxyEvent): string {
  if (event.type === 'snapshot') return `#${event.report.seq} snapshot ${Object.keys(event.report.volumes).join(' ')}`;
  return event.type === 'change' ? `#${event.seq} ${event.volume} ${event.report.reason}` : event.type;
}

const client = () =>
  createProxyClient({ url: 'http://proxy', secret, fetch: async (input, init) => app.fetch(new Request(input, init)) });

describe('a volume that is added', () => {
  it('is told of at once, as not checked yet, and asked soon', async () => {
    await clock.advance(1_000);
    const heard = listen();
    await settled();
    expect(reconfigure({ a: {}, c: {}, b: {} })).toEqual({ added: ['c'], removed: [], changed: [] });
    await settled();
    expect(heard).toEqual(['#2 snapshot a b', '#3 c NOT_CHECKED']);
    expect(Object.keys(proxy.report().volumes)).toEqual(['a', 'c', 'b']);
    expect(proxy.volumes().map(({ name }) => name)).toEqual(['a', 'c', 'b']);
    await clock.advance(1_000);
    expect(heard.slice(2)).toEqual(['#4 c OK']);
    expect(at('c')).toMatchObject({ status: 'healthy', state_type: 'hard' });
  });

  it('leaves the proxy ready that was', async () => {
    await clock.advance(1_000);
    expect(proxy.isReady()).toBe(true);
    reconfigure({ a: {}, b: {}, c: {} });
    expect(proxy.isReady()).toBe(true);
  });
});

describe('a volume that is removed', () => {
  it('is missed at once by who listens, who comes back, and who asks whether anything moved', async () => {
    await clock.advance(1_000);
    const heard = listen();
    await settled();
    const known = { epoch: 'e', seq: 2 };
    expect(proxy.unchangedSince(known)).not.toBeNull();
    expect(reconfigure({ b: {} })).toEqual({ added: [], removed: ['a'], changed: [] });
    const returned = listen('e:2');
    await settled();
    expect(heard).toEqual(['#2 snapshot a b', '#3 snapshot b']);
    expect(returned).toEqual(['#3 snapshot b']);
    expect(proxy.unchangedSince(known)).toBeNull();
  });

  it('is not found by those who call, one that waits for its check included', async () => {
    await clock.advance(60_000);
    mounts.set('/a', 'hang');
    const checked = safe(client().health.check.mutate({ volume: 'a' }));
    await settled();
    reconfigure({ b: {} });
    for (const [, error] of [await checked, await safe(client().health.volume.query({ volume: 'a' }))]) {
      expect(error?.data).toMatchObject({ kind: 'VOLUME_NOT_FOUND', volume: 'a' });
    }
  });

  it('is asked no more, and nothing of it comes later', async () => {
    mounts.set('/a', 'hang');
    await clock.advance(90_000);
    const heard = listen();
    reconfigure({ b: {} });
    mounts.set('/a', ESTALE);
    await clock.advance(90_000);
    expect(heard.slice(1).filter((line) => line.includes(' a '))).toEqual([]);
    expect(proxy.volume('a')).toBeNull();
    proxy.stop();
    expect(clock.timers()).toBe(1);
  });

  it('begins anew where it comes back', async () => {
    mounts.set('/a', ESTALE);
    await clock.advance(90_000);
    reconfigure({ b: {} });
    reconfigure({ a: {}, b: {} });
    expect(at('a')).toMatchObject({ reason: 'NOT_CHECKED', since: null, attempt: 0, next_check_mono_ms: null });
    await clock.advance(1_000);
    expect(at('a')).toMatchObject({ status: 'offline', state_type: 'soft', attempt: 1 });
  });
});

describe('a volume that is asked the same, at another pace or judged otherwise', () => {
  const PACE = { health_check_interval: '60s', health_check_timeout: '2s', capacity_warn: '80%' };

  it('keeps its verdict, since when it holds, and how sure it is', async () => {
    mounts.set('/a', ESTALE);
    await clock.advance(2_100);
    const before = at('a');
    expect(before).toMatchObject({ status: 'offline', state_type: 'soft', attempt: 2 });
    const heard = listen(`e:${proxy.report().seq}`);
    expect(reconfigure({ a: PACE, b: {} })).toEqual({ added: [], removed: [], changed: ['a'] });
    await settled();
    expect(heard).toHaveLength(1);
    const { next_check_mono_ms } = at('a');
    expect(at('a')).toEqual({ ...before, interval_ms: 60_000, next_check_mono_ms });
    await clock.advance(12_100);
    expect(at('a')).toMatchObject({ since: before.since, state_type: 'hard', attempt: 3, timeout_ms: 2_000 });
  });

  it('is not late by a shorter interval before it was asked so', async () => {
    proxy.stop();
    proxy = started({ a: { health_check_interval: '1h' } });
    await clock.advance(1_800_000);
    reconfigure({ a: {} });
    expect(at('a').interval_ms).toBe(3_600_000);
    await clock.advance(1_000);
    expect(at('a')).toMatchObject({ interval_ms: 10_000, checked_mono_ms: expect.closeTo(clock.mono(), -4) });
  });

  it('stays stuck where its call is, and recovers when that returns', async () => {
    mounts.set('/a', 'hang');
    await clock.advance(120_000);
    expect(at('a')).toMatchObject({ status: 'offline', reason: 'MOUNT_STUCK' });
    const { since, checks } = at('a');
    reconfigure({ a: PACE, b: {} });
    await clock.advance(120_000);
    expect(at('a')).toMatchObject({ reason: 'MOUNT_STUCK', since });
    expect(checks[0]?.info).toContain('stat');
    expect(at('a').checks[0]?.info).toContain('stat');
    mounts.set('/a', null);
    await clock.advance(1);
    expect(at('a').status).toBe('healthy');
  });

  it('begins a write test, and ends it, while the mount goes on', async () => {
    await clock.advance(60_000);
    const before = at('a');
    reconfigure({ a: { write_check: true }, b: {} });
    expect(at('a').checks.map(({ name, reason }) => `${name} ${reason}`)).toEqual(['mount OK', 'write NOT_CHECKED']);
    reconfigure({ a: {}, b: {} });
    expect(at('a')).toEqual(before);
  });
});

describe('a volume of which something else is asked', () => {
  const ELSEWHERE = { path: '/elsewhere' };

  it('begins anew: what was known is not told of the new storage', async () => {
    mounts.set('/a', ESTALE);
    await clock.advance(60_000);
    const heard = listen(`e:${proxy.report().seq}`);
    reconfigure({ a: ELSEWHERE, b: {} });
    await settled();
    expect(at('a')).toMatchObject({ reason: 'NOT_CHECKED', last_checked_at: null, since: null, attempt: 0 });
    await clock.advance(1_000);
    expect(heard.map((line) => line.slice(line.indexOf(' ') + 1))).toEqual(['a NOT_CHECKED', 'a OK']);
  });

  it('has been what it is since before, where its first verdict is the same', async () => {
    await clock.advance(60_000);
    const { since } = at('a');
    reconfigure({ a: ELSEWHERE, b: {} });
    await clock.advance(1_000);
    expect(at('a').since).toBe(since);
    mounts.set('/third', ESTALE);
    reconfigure({ a: { path: '/third' }, b: {} });
    await clock.advance(1_000);
    expect(at('a').since).not.toBe(since);
  });

  it('answers whoever waits for its check with what the new storage says', async () => {
    await clock.advance(60_000);
    mounts.set('/a', 'hang');
    const checked = proxy.check('a');
    await settled();
    mounts.set('/elsewhere', ESTALE);
    reconfigure({ a: ELSEWHERE, b: {} });
    expect((await checked)?.reason).toBe('MOUNT_STALE');
  });
});

describe('a proxy', () => {
  it('takes the new secret from then on, and the old one no more', async () => {
    expect((await app.request('/manager-api/health', { headers: AUTH })).status).toBe(200);
    secret = 'another';
    expect((await app.request('/manager-api/health', { headers: AUTH })).status).toBe(403);
  });

  it('says its new name', () => {
    proxy.reconfigure({ ...configOf({ a: {}, b: {} }), storage_proxy: { node_id: 'other' } });
    expect(proxy.report()).toMatchObject({ proxy: 'other', seq: 0 });
  });

  it('that has ended is as it was', () => {
    proxy.stop();
    expect(reconfigure({ c: {} })).toEqual({ added: [], removed: [], changed: [] });
    expect(Object.keys(proxy.report().volumes)).toEqual(['a', 'b']);
  });
});

describe('volumes that are configured as before', () => {
  type Act =
    | { readonly of: 'fault'; readonly fault: number | 'hang' | null }
    | { readonly of: 'config'; readonly more: object };
  const acts = fc.array(
    fc.tuple(
      fc.oneof(
        fc.record({ of: fc.constant('fault' as const), fault: fc.constantFrom(null, ESTALE, 'hang' as const) }),
        fc.record({
          of: fc.constant('config' as const),
          more: fc.dictionary(
            fc.constantFrom('x', 'y', 'z'),
            fc.record({
              path: fc.constantFrom('/x', '/y'),
              health_check_interval: fc.constantFrom('5s', '40s'),
              write_check: fc.boolean(),
            }),
          ),
        }),
      ),
      fc.integer({ min: 0, max: 15_000 }),
    ),
    { maxLength: 8 },
  );

  /** All that is said of volume `a`, with every call to its storage, while others come, go and are changed. */
  async function story(all: readonly (readonly [Act, number])[], { isReloaded }: { isReloaded: boolean }) {
    clock = createFakeClock();
    mounts = createFakeMounts();
    const asked: number[] = [];
    const real = mounts;
    mounts = {
      ...real,
      ask: (question, onStep) => {
        if (question.path === '/a') asked.push(clock.mono());
        return real.ask(question, onStep);
      },
    };
    proxy = started({ a: {} });
    await settled();
    const told: unknown[] = [];
    for (const [act, ms] of all) {
      if (act.of === 'fault') mounts.set('/a', act.fault);
      else if (isReloaded) reconfigure({ a: {}, ...act.more });
      await clock.advance(ms);
      told.push(at('a'));
    }
    proxy.stop();
    return { asked, told };
  }

  it('are exactly what they were if nothing had been changed', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (all) => {
        expect(await story(all, { isReloaded: true })).toEqual(await story(all, { isReloaded: false }));
      }),
      { numRuns: 30 },
    );
  });
});

describe('the storage system of a volume', () => {
  it('keeps its session while a volume of it is left, and ends it with the last', () => {
    const sessions: { readonly stopping: AbortSignal }[] = [];
    const answer: CheckAnswer = { status: 'pass', reason: 'OK', summary: 'well', info: null };
    const findBackend = () => ({
      options: { safeParse: () => ({ success: true, data: {} }) } as never,
      open: (volume: Parameters<Backend['open']>[0]) => {
        volume.share('session', (stopping) => {
          sessions.push({ stopping });
          return {};
        });
        const { intervalMs } = volume;
        return [{ name: 'backend' as const, intervalMs, timeoutMs: 1_000, ask: async () => answer }];
      },
    });
    const config = configOf({ a: {}, b: {} });
    const options = { config, version: '1', epoch: 'e', askMount: mounts.ask, clock, random: () => 0.5, findBackend };
    proxy = createStorageProxy(options);
    reconfigure({ a: { capacity_warn: '50%' } });
    reconfigure({ a: { path: '/other' } });
    expect(sessions.map(({ stopping }) => stopping.aborted)).toEqual([false]);
    reconfigure({});
    expect(sessions.map(({ stopping }) => stopping.aborted)).toEqual([true]);
    reconfigure({ a: {} });
    proxy.stop();
    expect(sessions.map(({ stopping }) => stopping.aborted)).toEqual([true, true]);
  });
});
