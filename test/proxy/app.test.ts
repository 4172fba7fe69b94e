import { createTRPCClient, httpLink, safe } from '@trpc/client';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { createProxyClient } from '../../client/proxy-client.ts';
import { createProxyApp } from '../../proxy/app.ts';
import type { HealthWording } from '../../proxy/health-route.ts';
import { createStorageProxy, type StorageProxy } from '../../proxy/storage-proxy.ts';
import type { AppRouter } from '../../router/proxy.ts';
import { HealthReport, parseHealthAnswer, PublicHealthReport, UnchangedReport } from '../../schema/health-report.ts';
import type { ProxyEvent } from '../../schema/proxy-event.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { createFakeMounts, type FakeMounts } from '../fake-mounts.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';

const SECRET = 'a shared secret';
const AUTH = { 'X-BackendAI-Storage-Auth-Token': SECRET };
const ENOENT = 2;
/** Every volume has been asked often enough to be sure of it. */
const SETTLED_MS = 120_000;

const configured = (backend: string, path: string) => VolumeConfig.parse({ backend, path });

let clock: FakeClock;
let mounts: FakeMounts;
let app: ReturnType<typeof createProxyApp>;
let proxy: StorageProxy;

beforeEach(() => {
  clock = createFakeClock();
  mounts = createFakeMounts();
  proxy = createStorageProxy({
    config: { storage_proxy: {}, volume: { local: configured('vfs', '/local'), strange: configured('tape', '/tape') } },
    version: '26.2.0',
    epoch: 'epoch1',
    askMount: mounts.ask,
    clock,
    random: () => 0.5,
  });
  app = createProxyApp({
    proxy,
    secret: SECRET,
    onError: (error) => {
      throw error;
    },
  });
});
afterEach(() => {
  proxy.stop();
});

const get = async (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const pollKnowing = async (known: string, headers: Record<string, string> = AUTH) => {
  const response = await get(`/manager-api/health?known=${known}`, headers);
  return { status: response.status, body: await response.json() };
};
const client = (secret = SECRET) =>
  createProxyClient({
    url: 'http://proxy',
    secret,
    fetch: async (input, init) => app.fetch(new Request(input, init)),
  });

describe('GET /manager-api/health', () => {
  it('gives a stranger exactly the fields of the compatible floor', async () => {
    await clock.advance(1_000);
    const response = await get('/manager-api/health');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'healthy',
      version: '26.2.0',
      component: 'storage-proxy',
      connectivity: { overall_healthy: true, connectivity_checks: [], timestamp: expect.any(String) },
      volumes: {
        local: {
          status: 'healthy',
          status_info: 'usable, 35 % used',
          backend: 'vfs',
          last_checked_at: expect.stringMatching(/^2026-01-22T10:00:0\d\.\d{3}Z$/),
        },
        strange: {
          status: 'unavailable',
          status_info: 'no such backend',
          backend: 'tape',
          last_checked_at: expect.any(String),
        },
      },
    });
  });

  it('is the same at /health', async () => {
    expect(await (await get('/health')).text()).toBe(await (await get('/manager-api/health')).text());
  });

  it.each<[string, Record<string, string>]>([
    ['the token header', AUTH],
    ['a bearer token', { authorization: `Bearer ${SECRET}` }],
    ['a bearer token in small letters', { authorization: `bearer ${SECRET}` }],
  ])('gives everything to whoever has the secret, by %s', async (_, headers) => {
    await clock.advance(1_000);
    const report = HealthReport.parse(await (await get('/manager-api/health', headers)).json());
    expect(report).toMatchObject({ epoch: 'epoch1', proxy: 'storage-proxy', connectivity: { overall_healthy: true } });
    expect(report.volumes['local']).toMatchObject({ degraded: false, reason: 'OK', state_type: 'hard' });
  });

  it('refuses a wrong secret instead of giving less', async () => {
    const response = await get('/manager-api/health', { ...AUTH, 'X-BackendAI-Storage-Auth-Token': 'wrong' });
    expect([response.status, response.headers.get('content-type')]).toEqual([403, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ title: 'Forbidden (invalid auth token)' });
  });

  it('says "not checked yet" of every volume before the first answer, with HTTP 200', async () => {
    const response = await get('/manager-api/health');
    expect(response.status).toBe(200);
    expect((await response.json()).volumes.local).toEqual({
      status: 'unavailable',
      status_info: 'not checked yet',
      backend: 'vfs',
      last_checked_at: null,
    });
  });

  it('stays 200 and healthy of itself while a volume is offline', async () => {
    mounts.set('/local', ENOENT);
    await clock.advance(1_000);
    const response = await get('/manager-api/health');
    const body = await response.json();
    expect([response.status, body.status, body.volumes.local.status]).toEqual([200, 'healthy', 'offline']);
  });

  it('answers 304 while nothing moved, to whoever has the ETag', async () => {
    await clock.advance(1_000);
    const etag = (await get('/manager-api/health')).headers.get('etag') ?? '';
    expect((await get('/manager-api/health', { 'if-none-match': etag })).status).toBe(304);
  });

  it('answers 304 for no longer than until a volume is checked again', async () => {
    await clock.advance(SETTLED_MS + 1_000);
    const etag = (await get('/health')).headers.get('etag') ?? '';
    await clock.advance(500);
    expect((await get('/health', { 'if-none-match': etag })).status).toBe(304);
    await clock.advance(31_000);
    expect((await get('/health', { 'if-none-match': etag })).status).toBe(200);
  });

  it('says nothing that a stranger must not see: no path, no detail, no secret', async () => {
    mounts.set('/local', ENOENT);
    await clock.advance(1_000);
    const text = await (await get('/manager-api/health')).text();
    expect(text).not.toMatch(/\/local|\/tape|secret|"checks"|metadata/);
  });
});

const worded = (wording: HealthWording) =>
  createProxyApp({
    proxy,
    secret: SECRET,
    wording,
    onError: (error) => {
      throw error;
    },
  });
const answers = async (wording: HealthWording, headers = {}) =>
  (await worded(wording).request('/health', { headers })).json();

describe('GET /health, as it is configured', () => {
  it('tells strangers of no volume where these are not public, and everything to who has the secret', async () => {
    await clock.advance(1_000);
    const wording: HealthWording = { public_volumes: false, health_status_words: 'design' };
    expect(await answers(wording)).toEqual({
      status: 'healthy',
      version: '26.2.0',
      component: 'storage-proxy',
      connectivity: expect.any(Object),
      volumes: {},
    });
    expect(await answers(wording, AUTH)).toEqual(proxy.report());
  });

  it.each([
    ['design', 'healthy'],
    ['upstream', 'ok'],
  ] as const)('calls a proxy that is well in the %s words %s, which our manager reads', async (words, status) => {
    const wording: HealthWording = { public_volumes: true, health_status_words: words };
    const { seq } = proxy.report();
    const known = await worded(wording).request(`/health?known=epoch1:${seq}`, { headers: AUTH });
    const unchanged = UnchangedReport.parse(await known.json());
    const whole = HealthReport.parse(await answers(wording, AUTH));
    expect([unchanged.status, whole.status, PublicHealthReport.parse(await answers(wording)).status]).toEqual([
      status,
      status,
      status,
    ]);
    expect([parseHealthAnswer(unchanged).type, parseHealthAnswer(whole).type]).toEqual(['unchanged', 'report']);
  });
});

const supervised = async () => [await (await get('/livez')).json(), await (await get('/readyz')).json()];

describe('/livez and /readyz', () => {
  it('say what /health says of the proxy, in the words of Backend.AI, and nothing of the volumes', async () => {
    const service = { version: '26.2.0', component: 'storage-proxy', connectivity: expect.any(Object) };
    expect(await supervised()).toEqual([
      { ...service, status: 'ok' },
      { ...service, status: 'error', reason: 'first checks under way' },
    ]);
    await clock.advance(1_000);
    expect(await supervised()).toEqual([
      { ...service, status: 'ok' },
      { ...service, status: 'ok' },
    ]);
  });

  it('is live at once, and ready after the first checks', async () => {
    expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 503]);
    await clock.advance(1_000);
    expect((await get('/readyz')).status).toBe(200);
  });

  it('is ready in spite of a volume that never answers, once it has had its time', async () => {
    mounts.set('/local', 'hang');
    await clock.advance(1_000);
    expect((await get('/readyz')).status).toBe(503);
    await clock.advance(5_000);
    expect((await get('/readyz')).status).toBe(200);
  });
});

describe('a proxy whose first checks take long', () => {
  it('is ready after ten seconds all the same', async () => {
    mounts.set('/slow', 'hang');
    const slow = createStorageProxy({
      config: {
        storage_proxy: {},
        volume: {
          slow: VolumeConfig.parse({
            backend: 'vfs',
            path: '/slow',
            health_check_interval: '60s',
            health_check_timeout: '40s',
          }),
        },
      },
      version: '1',
      epoch: 'e',
      askMount: mounts.ask,
      clock,
      random: () => 0.5,
    });
    await clock.advance(9_900);
    expect(slow.isReady()).toBe(false);
    await clock.advance(200);
    expect(slow.isReady()).toBe(true);
    slow.stop();
  });
});

describe('the log of a proxy', () => {
  it('has one entry a transition: status, reason and certainty, and none for what is only asked again', async () => {
    const said: string[] = [];
    const logging = createStorageProxy({
      config: { storage_proxy: {}, volume: { local: configured('vfs', '/local') } },
      version: '1',
      epoch: 'e',
      askMount: mounts.ask,
      clock,
      random: () => 0.5,
      onTransition: (volume, { status, reason, state_type }) =>
        said.push(`${volume} ${status} ${reason} ${state_type}`),
    });
    await clock.advance(61_000);
    mounts.set('/local', ENOENT);
    await clock.advance(50_000);
    mounts.set('/local', 116);
    await clock.advance(60_000);
    mounts.set('/local', null);
    await clock.advance(60_000);
    logging.stop();
    expect(said).toEqual([
      'local healthy OK hard',
      'local offline PATH_MISSING soft',
      'local offline PATH_MISSING hard',
      'local offline MOUNT_STALE hard',
      'local healthy OK hard',
    ]);
  });
});

describe('the tRPC router', () => {
  it('needs the secret for every procedure', async () => {
    const [, error] = await safe(client('wrong').health.report.query());
    expect(error?.data).toMatchObject({ code: 'FORBIDDEN', httpStatus: 403 });
  });

  it('gives the report that REST gives', async () => {
    await clock.advance(1_000);
    const rest = await (await get('/manager-api/health', AUTH)).json();
    expect(await client().health.report.query()).toEqual(rest);
  });

  it('names the volume that it does not have, typed', async () => {
    const [volume, error] = await safe(client().health.volume.query({ volume: 'nope' }));
    expectTypeOf(volume).toEqualTypeOf<VolumeReport | undefined>();
    const data = error?.data != null && 'kind' in error.data ? error.data : null;
    expectTypeOf(data?.kind).toEqualTypeOf<'VOLUME_NOT_FOUND' | undefined>();
    expect([data?.kind, data?.volume]).toEqual(['VOLUME_NOT_FOUND', 'nope']);
  });

  it('says what is wrong with an input in one line', async () => {
    const response = await get('/trpc/health.volume?input=%7B%22volume%22%3A5%7D', AUTH);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toBe('input.volume: Invalid input: expected string, received number');
  });

  it('tells a caller nothing of a fault of ours, and the log everything', async () => {
    const logged: unknown[] = [];
    const broken = createProxyApp({
      proxy: {
        ...proxy,
        report: () => {
          throw new Error('ENOENT /etc/secret/path');
        },
      },
      secret: SECRET,
      onError: (error) => logged.push(error),
    });
    for (const path of ['/trpc/health.report', '/health']) {
      const response = await broken.request(path, { headers: AUTH });
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('/etc/secret');
    }
    expect(logged.map(String).join()).toMatch(/ENOENT.*ENOENT/);
  });

  it('shows no stack of ours', async () => {
    const response = await get('/trpc/health.volume?input=%7B%22volume%22%3A%22nope%22%7D', AUTH);
    expect(await response.text()).not.toContain('.ts:');
  });

  it('lists the volumes without their options', async () => {
    expect(await client().volume.list.query()).toEqual([
      { name: 'local', backend: 'vfs', path: '/local', fsprefix: '.' },
      { name: 'strange', backend: 'tape', path: '/tape', fsprefix: '.' },
    ]);
  });

  it('folds the latest checks as hwinfo', async () => {
    await clock.advance(1_000);
    expect(await client().volume.hwinfo.query({ volume: 'local' })).toMatchObject({
      status: 'healthy',
      status_info: 'usable, 35 % used',
      checks: [{ name: 'mount', status: 'pass', reason: 'OK' }],
    });
  });

  it('asks the storage on demand, but not twice within a second', async () => {
    await clock.advance(2_000);
    mounts.set('/local', ENOENT);
    expect((await client().health.check.mutate({ volume: 'local' })).status).toBe('offline');
    mounts.set('/local', null);
    expect((await client().health.check.mutate({ volume: 'local' })).status).toBe('offline');
    await clock.advance(1_000);
    expect((await client().health.check.mutate({ volume: 'local' })).status).toBe('healthy');
  });

  it('leaves no timer behind when it ends, also while a change waits to be published', async () => {
    await clock.advance(SETTLED_MS);
    mounts.set('/local', ENOENT);
    await client().health.check.mutate({ volume: 'local' });
    const { seq } = await client().health.report.query();
    await clock.advance(1_000);
    expect((await client().health.check.mutate({ volume: 'local' })).attempt).toBe(2);
    expect((await client().health.report.query()).seq).toBe(seq);
    proxy.stop();
    expect(clock.timers()).toBe(0);
  });

  it('takes times that move for no change', async () => {
    await clock.advance(1_000);
    const before = await client().health.report.query();
    await clock.advance(300_000);
    const after = await client().health.report.query();
    await clock.advance(300_000);
    const later = await client().health.report.query();
    expect(later.seq).toBe(after.seq);
    expect(later.volumes['local']?.last_checked_at).not.toBe(after.volumes['local']?.last_checked_at);
    expect(later.volumes['local']?.since).toBe(before.volumes['local']?.since);
  });

  it('is what a plain tRPC client of the published type sees', async () => {
    const plain = createTRPCClient<AppRouter>({
      links: [
        httpLink({
          url: 'http://proxy/trpc',
          headers: AUTH,
          fetch: async (input, init) => app.fetch(new Request(input as string, init as RequestInit)),
        }),
      ],
    });
    expect((await plain.health.report.query()).component).toBe('storage-proxy');
  });
});

describe('health.watch', () => {
  type Heard = { readonly id: string; readonly data: ProxyEvent };

  function listen(input?: { lastEventId?: string; ping_ms?: number }) {
    const heard: Heard[] = [];
    const failures: { message: string; code?: string | undefined }[] = [];
    const subscription = client().health.watch.subscribe(input, {
      onData: (event) => heard.push(event),
      onError: ({ message, data }) => failures.push({ message, code: data?.code }),
    });
    const types = () => heard.map(({ data }) => data.type);
    return { heard, failures, types, unsubscribe: () => subscription.unsubscribe() };
  }

  it('streams a snapshot, then every change, beat and ping under the epoch and number it brings the reader to', async () => {
    const { heard, types, unsubscribe } = listen();
    await expect.poll(types).toEqual(['snapshot']);
    await clock.advance(1_000);
    mounts.set('/local', ENOENT);
    await clock.advance(35_000);
    const statuses = () => heard.flatMap(({ data }) => (data.type === 'change' ? data.report.status : []));
    await expect.poll(statuses).toContain('offline');
    unsubscribe();
    const numbers = heard.map(({ data }) => (data.type === 'snapshot' ? data.report.seq : data.seq));
    expect(heard.map(({ id }) => id)).toEqual(numbers.map((seq) => `epoch1:${seq}`));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(heard[0]).toMatchObject({ id: 'epoch1:0', data: { type: 'snapshot' } });
    expect(new Set(types())).toEqual(new Set(['snapshot', 'change', 'beat', 'ping']));
  });

  it('gives a reader that comes back what it missed, and the times of all volumes, in place of a snapshot', async () => {
    await clock.advance(SETTLED_MS);
    const { seq } = await client().health.report.query();
    mounts.set('/local', ENOENT);
    await clock.advance(31_000);
    const { heard, types, unsubscribe } = listen({ lastEventId: `epoch1:${seq}` });
    await expect.poll(types).toContain('change');
    await clock.advance(0);
    await expect.poll(types).toEqual(['change', 'beat']);
    unsubscribe();
    expect(heard).toMatchObject([
      { data: { after: seq, volume: 'local', report: { status: 'offline' } } },
      { data: { volumes: { local: {}, strange: {} } } },
    ]);
  });

  it('gives a reader that comes from before a restart a snapshot', async () => {
    await clock.advance(1_000);
    const { types, unsubscribe } = listen({ lastEventId: 'epoch0:1' });
    await expect.poll(types).toEqual(['snapshot']);
    unsubscribe();
  });

  it('pings as often as its reader wants', async () => {
    const { types, unsubscribe } = listen({ ping_ms: 500 });
    await expect.poll(types).toEqual(['snapshot']);
    proxy.stop();
    await clock.advance(1_500);
    await expect.poll(types).toEqual(['snapshot', 'ping', 'ping', 'ping']);
    unsubscribe();
  });

  it.each([
    [499, 'input.ping_ms: Too small: expected number to be >=500'],
    [60_001, 'input.ping_ms: Too big: expected number to be <=60000'],
  ])('refuses to ping every %i ms, and says why', async (ping_ms, message) => {
    const { failures, heard, unsubscribe } = listen({ ping_ms });
    await expect.poll(() => failures).toEqual([{ message, code: 'BAD_REQUEST' }]);
    unsubscribe();
    expect(heard).toEqual([]);
  });
});

describe('GET /manager-api/health?known=', () => {
  it('leaves the volumes out where nothing but times moved since', async () => {
    await clock.advance(SETTLED_MS);
    const { volumes, mono_ms, connectivity, ...envelope } = HealthReport.parse((await pollKnowing('')).body);
    await clock.advance(120_000);
    const { status, body } = await pollKnowing(`epoch1:${envelope.seq}`);
    expect(status).toBe(200);
    expect(UnchangedReport.strict().parse(body)).toMatchObject({ ...envelope, unchanged: true });
    expect(parseHealthAnswer(body)).toMatchObject({ type: 'unchanged', seq: envelope.seq, mono_ms: clock.mono() });
    expect([mono_ms < body.mono_ms, connectivity.overall_healthy, Object.keys(volumes).length]).toEqual([
      true,
      true,
      2,
    ]);
  });

  it('gives the whole report again once anything moved', async () => {
    await clock.advance(1_000);
    const { seq } = (await pollKnowing('')).body;
    mounts.set('/local', ENOENT);
    await clock.advance(31_000);
    const { body } = await pollKnowing(`epoch1:${seq}`);
    expect(body.volumes.local.status).toBe('offline');
    expect(body).not.toHaveProperty('unchanged');
  });

  it.each([
    ['another epoch', 'epoch0:2'],
    ['an older number', 'epoch1:0'],
    ['a number that is yet to come', 'epoch1:99'],
    ['no number', 'epoch1'],
    ['nothing', ''],
    ['nonsense', '%E0%A4%A'],
    ['two', 'epoch1:0&known=epoch1:2'],
  ])('gives the whole report to whoever knows %s', async (_, known) => {
    await clock.advance(1_000);
    const { status, body } = await pollKnowing(known);
    expect([status, Object.keys(HealthReport.parse(body).volumes)]).toEqual([200, ['local', 'strange']]);
  });

  it('means nothing without the secret', async () => {
    await clock.advance(1_000);
    const { seq } = (await pollKnowing('')).body;
    expect((await pollKnowing(`epoch1:${seq}`, {})).body).toEqual(await (await get('/manager-api/health')).json());
    const wrong = await pollKnowing(`epoch1:${seq}`, { ...AUTH, 'X-BackendAI-Storage-Auth-Token': 'wrong' });
    expect(wrong.status).toBe(403);
  });
});

describe('a request that is wrong', () => {
  it.each([
    ['an unknown route', '/nope', {}, 404],
    ['an unknown procedure', '/trpc/nope', {}, 404],
    ['input that is no JSON', '/trpc/health.volume?input=%7B', AUTH, 400],
    ['input of another shape', '/trpc/health.volume?input=5', AUTH, 400],
  ] as const)('%s is answered so', async (_, path, headers, status) => {
    expect((await get(path, headers)).status).toBe(status);
  });

  it('is refused where its body is too large', async () => {
    const body = JSON.stringify({ volume: 'x'.repeat(100_000) });
    const headers = { ...AUTH, 'content-type': 'application/json', 'content-length': String(body.length) };
    const response = await app.request('/trpc/health.check', { method: 'POST', body, headers });
    expect(response.status).toBe(413);
  });
});
