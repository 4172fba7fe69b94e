import { describe, expect, it } from 'vitest';
import { judgeWeka, weka as backend } from '../../backends/weka.ts';
import type { Dialect } from '../fakes/dialect.ts';
import { otherwise } from '../fakes/otherwise.ts';
import { weka, WEKA_API_TOKEN } from '../fakes/weka.ts';
import { volumeOn } from './volume-on.ts';

const WELL = 'WEKA cluster healthy, 13/13 backends, 36/36 drives up';
const NONSENSE = 'WEKA API gave an answer that cannot be relied on';

/** Every state that the fake plays, and what is said of it. */
const STATES: Readonly<Record<string, readonly [status: string, reason: string, summary: string]>> = {
  well: ['pass', 'OK', WELL],
  redistributing: ['pass', 'OK', WELL],
  'clients-down': ['pass', 'OK', WELL],
  'old-release': ['pass', 'OK', WELL],
  'array-login': ['pass', 'OK', WELL],
  rebuilding: ['warn', 'STORAGE_DEGRADED', 'WEKA cluster degraded (REBUILDING 35 %), 33/36 drives up'],
  'partially-protected': ['warn', 'STORAGE_DEGRADED', 'WEKA cluster degraded (PARTIALLY_PROTECTED), 33/36 drives up'],
  performance: ['warn', 'STORAGE_DEGRADED', 'WEKA cluster degraded (PERFORMANCE_DEGRADATION)'],
  unprotected: ['warn', 'STORAGE_DEGRADED', 'WEKA cluster degraded (UNPROTECTED), 30/36 drives up'],
  'backend-down': ['warn', 'NODES_DOWN', 'WEKA cluster degraded, 12/13 backends, 24/26 io nodes up'],
  'drive-down': ['warn', 'STORAGE_DEGRADED', 'WEKA cluster degraded, 35/36 drives up'],
  unavailable: ['fail', 'STORAGE_DOWN', 'WEKA cluster UNAVAILABLE: 2/5 drives, 60/70 buckets up'],
  stopped: ['fail', 'STORAGE_DOWN', 'WEKA I/O STOPPED'],
  starting: ['fail', 'STORAGE_DOWN', 'WEKA I/O starting'],
  stopping: ['fail', 'STORAGE_DOWN', 'WEKA I/O STOPPING'],
  initializing: ['fail', 'STORAGE_DOWN', 'WEKA cluster is not initialized'],
  uninitialized: ['fail', 'STORAGE_DOWN', 'WEKA I/O STOPPED'],
  'no-buckets': ['fail', 'STORAGE_DOWN', 'WEKA cluster has no buckets up'],
  'fs-missing': ['fail', 'FILESYSTEM_MISSING', 'WEKA file system does not exist'],
  'fs-removing': ['fail', 'FILESYSTEM_MISSING', 'WEKA file system is being removed'],
  'fs-not-ready': ['fail', 'STORAGE_DOWN', 'WEKA file system is not ready'],
  'fs-list-empty': ['unknown', 'API_BAD_ANSWER', NONSENSE],
  'unknown-word': ['unknown', 'API_BAD_ANSWER', NONSENSE],
  'missing-field': ['unknown', 'API_BAD_ANSWER', NONSENSE],
  'empty-list': ['unknown', 'API_BAD_ANSWER', NONSENSE],
  'healthcheck-only': ['unknown', 'API_ERROR', 'WEKA API answers with an error'],
  'password-expired': ['unknown', 'API_AUTH_FAILED', 'WEKA API authentication failed'],
};

describe('a WEKA cluster', () => {
  it.each(Object.entries(STATES))('that is %s', async (state, [status, reason, summary]) => {
    const { ask } = await volumeOn(weka, { state });
    expect(await ask()).toMatchObject({ status, reason, summary });
  });

  it('is asked about in every state that there is', () => {
    expect(Object.keys(weka.states).toSorted()).toEqual(Object.keys(STATES).toSorted());
  });

  it('tells an administrator what it is and how it does', async () => {
    const { ask } = await volumeOn(weka, { state: 'rebuilding' });
    const { info, metadata } = await ask();
    expect(info).toBe(
      'status REBUILDING, I/O STARTED, 13/13 backends, 33/36 drives, 26/26 io nodes, 130/130 buckets, file system ai-models',
    );
    expect(metadata).toMatchObject({
      cluster: expect.any(String),
      release: '4.4.2',
      cluster_status: 'REBUILDING',
      io_status: 'STARTED',
      drives: '33/36',
      cluster_capacity_bytes: expect.any(Number),
    });
  });

  it('is judged by itself while its file systems cannot be listed, and that is said', async () => {
    const { fake, ask } = await volumeOn(weka);
    fake.breakOnly(/fileSystems/, 'busy');
    expect(await ask()).toMatchObject({ status: 'pass', summary: WELL, notChecked: ['file system'] });
    expect((await ask()).info).toContain('file system ai-models could not be checked');
  });

  it('is not known to be well because its file systems are', async () => {
    const { fake, ask } = await volumeOn(weka);
    fake.breakOnly(/\/cluster$/, 'half');
    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_UNREACHABLE' });
  });
});

describe('what Backend.AI gets wrong about WEKA', () => {
  it('a login is sent as JSON, and not as a form', async () => {
    const { fake, ask } = await volumeOn(weka);
    const form = new URLSearchParams({ username: 'u', password: 'p' });
    expect((await fetch(`${fake.url}/api/v2/login`, { method: 'POST', body: form })).status).toBe(400);
    expect((await ask()).status).toBe('pass');
  });

  it('stopped I/O is offline, though the health check of the API says "ok"', async () => {
    const { fake, ask } = await volumeOn(weka, { state: 'stopped' });
    const response = await fetch(`${fake.url}/api/v2/healthcheck`);
    expect(await response.text()).toContain('ok');
    expect(await ask()).toMatchObject({ status: 'fail', reason: 'STORAGE_DOWN' });
  });

  it('no text of the API becomes a status, be it quoted or a whole page', async () => {
    const { fake, ask } = await volumeOn(weka, { state: 'html' });
    expect((await ask()).status).toBe('unknown');
    await fake.setState('unknown-word');
    expect(await ask()).toMatchObject({ status: 'unknown', info: expect.stringContaining('"HIBERNATING"') });
  });

  it('an error that is answered is an error, whatever its text', async () => {
    const { ask } = await volumeOn(weka, { state: 'healthcheck-only' });
    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_ERROR' });
  });

  it('a token that has expired is refreshed, once for both calls, and not replaced by a login', async () => {
    const { fake, ask } = await volumeOn(weka);
    await ask();
    fake.expireTokens('access');
    fake.forget();
    expect((await ask()).status).toBe('pass');
    expect(loginsOf(fake.requests)).toEqual(['/api/v2/login/refresh']);
  });

  it('a token that can no longer be refreshed takes one login', async () => {
    const { fake, ask } = await volumeOn(weka);
    await ask();
    fake.expireTokens('refresh');
    fake.forget();
    expect((await ask()).status).toBe('pass');
    expect(loginsOf(fake.requests)).toEqual(['/api/v2/login/refresh', '/api/v2/login']);
  });

  it('a refresh that fails does not keep the next login from coming', async () => {
    const { fake, ask } = await volumeOn(weka);
    await ask();
    fake.expireTokens('access');
    fake.breakOnly(/refresh/, 'busy');
    expect((await ask()).status).toBe('pass');
  });

  it('no quotas are listed, only what the verdict needs', async () => {
    const { fake, ask } = await volumeOn(weka);
    await ask();
    const asked = fake.requests.filter(({ isLogin }) => !isLogin).map(({ method, path }) => `${method} ${path}`);
    expect(asked).toEqual(['GET /api/v2/cluster', 'GET /api/v2/fileSystems']);
  });
});

describe('a login to WEKA', () => {
  it('is not made with a token that somebody made for us', async () => {
    const { fake, ask } = await volumeOn(weka, { options: { weka_api_token: WEKA_API_TOKEN } });
    expect((await ask()).status).toBe('pass');
    expect(fake.logins()).toBe(0);
  });

  it('is for the organization Root unless another one is named', async () => {
    const root = await volumeOn(weka, { options: { weka_organization: '' } });
    expect((await root.ask()).status).toBe('pass');
    const other = await volumeOn(weka, { options: { weka_organization: 'tenant-of-nobody' } });
    expect(await other.ask()).toMatchObject({ status: 'unknown', reason: 'API_AUTH_FAILED' });
  });

  it('with a wrong password does not lock the account, however often the volume is asked', async () => {
    const { fake, ask, another } = await volumeOn(weka, { options: { weka_password: 'wrong-password' } });
    for (let probe = 1; probe <= 8; probe += 1) {
      expect(await ask()).toMatchObject({ status: 'unknown', info: expect.stringContaining('not tried again before') });
    }
    expect(fake.logins()).toBe(1);
    const right = another({ options: fake.options });
    expect((await right.ask()).status).toBe('pass');
  });
});

describe('judging a WEKA cluster', () => {
  const OK = { status: 'OK', io_status: 'STARTED' };
  const judge = (cluster: object, fileSystems: readonly { name: string }[] = [{ name: 'own' }]) =>
    judgeWeka({ ...OK, ...cluster }, { fsName: 'own', fileSystems });

  it('misses nothing in a release that counts little', () => {
    expect(judge({})).toMatchObject({ status: 'pass', summary: 'WEKA cluster healthy' });
  });

  it('takes the members from where the release has them', () => {
    const backends = { active: 1, total: 2 };
    for (const place of ['containers', 'hosts', 'servers']) {
      expect(judge({ [place]: { backends } })).toMatchObject({ reason: 'NODES_DOWN', metadata: { backends: '1/2' } });
    }
    expect(judge({ containers: { backends: { active: 2, total: 2 } }, hosts: { backends } }).status).toBe('pass');
  });

  it('reads 0 of 0 neither as all nor as none', () => {
    const none = { active: 0, total: 0 };
    expect(judge({ drives: none, buckets: none })).toMatchObject({ status: 'pass', summary: 'WEKA cluster healthy' });
  });

  it('finds the members where the first place that is there does not count them', () => {
    const hosts = { backends: { active: 12, total: 13 } };
    expect(judge({ containers: {}, hosts })).toMatchObject({ reason: 'NODES_DOWN', metadata: { backends: '12/13' } });
  });

  it.each(['constructor', 'toString', '__proto__', 'HIBERNATING'])(
    'cannot tell from a cluster that is %s',
    (status) => {
      expect(() => judge({ status })).toThrow(`status "${status}"`);
    },
  );

  it('takes a stage that is not told for none', () => {
    expect(judge({ init_stage: '' }).status).toBe('pass');
  });

  it('looks at the file system that has the name now, and not at the one that is being removed', () => {
    const removed = { name: 'own', is_removing: true };
    expect(judge({}, [removed, { name: 'own' }]).status).toBe('pass');
    expect(judge({}, [removed])).toMatchObject({ summary: 'WEKA file system is being removed' });
  });

  it.each(['STARTING', 'STARTING_DRIVES'])('reads I/O that is %s as not serving yet', (io_status) => {
    expect(judge({ io_status })).toMatchObject({ status: 'fail', summary: 'WEKA I/O starting' });
  });

  it('cannot tell from I/O in a state that nobody knows', () => {
    expect(() => judge({ io_status: 'PAUSED' })).toThrow('WEKA API answered io_status "PAUSED"');
  });

  it.each(['UNAVAILABLE', 'UNINITIALIZED', 'ERROR'])('reads %s as down', (status) => {
    expect(judge({ status })).toMatchObject({ status: 'fail', summary: `WEKA cluster ${status}` });
  });

  it('lets I/O that is stopped outweigh a file system that is not listed', () => {
    expect(judge({ io_status: 'STOPPED' }, [{ name: 'other' }])).toMatchObject({ reason: 'STORAGE_DOWN' });
  });

  it('finds a file system by its exact name', () => {
    expect(judge({}, [{ name: 'own2' }, { name: 'Own' }])).toMatchObject({ reason: 'FILESYSTEM_MISSING' });
  });
});

describe('an answer of WEKA', () => {
  it.each([
    ['in lower case', { status: 'ok', io_status: 'started', init_stage: 'initialized' }, 'pass'],
    [
      'with figures that are none',
      { active_alerts_count: 'many', capacity: 5, rebuild: [], name: {}, release: 4 },
      'pass',
    ],
    ['with counts that cannot be counted', { drives: { active: 3 }, servers: { backends: 'all' } }, 'pass'],
    ['without its word', { status: 5 }, 'unknown'],
  ])('%s is read as far as it decides', async (_case, change, status) => {
    const cluster = { status: 'OK', io_status: 'STARTED', ...change };
    const { ask } = await volumeOn(
      saying({ '/api/v2/cluster': cluster, '/api/v2/fileSystems': [{ name: 'ai-models' }] }),
    );
    expect((await ask()).status).toBe(status);
  });

  it('is not needed of other file systems than the own', async () => {
    const fileSystems = [
      { name: 'other', is_ready: 'yes' },
      { name: 'ai-models', is_ready: false },
    ];
    const cluster = { status: 'OK', io_status: 'STARTED' };
    const { ask } = await volumeOn(saying({ '/api/v2/cluster': cluster, '/api/v2/fileSystems': fileSystems }));
    expect(await ask()).toMatchObject({ status: 'fail', summary: 'WEKA file system is not ready' });
  });
});

/** A WEKA that says this as the data of each path. */
const saying = (data: Readonly<Record<string, unknown>>): Dialect =>
  otherwise(weka, (_own, { path }) => (path in data ? { status: 200, body: { data: data[path] } } : {}));

describe('the options of a WEKA volume', () => {
  const GOOD = { weka_endpoint: 'https://weka:14000', weka_username: 'u', weka_password: 'p', weka_fs_name: 'fs' };

  it('verify the certificate unless told not to', () => {
    expect(backend.options.parse(GOOD)).toMatchObject({ weka_verify_ssl: true, weka_endpoint: ['https://weka:14000'] });
    expect(backend.options.parse({ ...GOOD, weka_verify_ssl: 'false' })).toMatchObject({ weka_verify_ssl: false });
  });

  it.each<[object, string]>([
    [{ ...GOOD, weka_endpoint: 'weka:14000' }, 'weka_endpoint: expected a URL such as "https://storage.example:443"'],
    [{ ...GOOD, weka_endpoint: 'https://u:p@weka' }, 'weka_endpoint: expected a URL without user and password'],
    [{ ...GOOD, weka_username: undefined }, 'weka_username: expected a user and its password, or a weka_api_token'],
    [{ ...GOOD, weka_password: undefined }, 'weka_password: expected the password of the user'],
    [{ ...GOOD, weka_fs_name: undefined }, 'weka_fs_name: expected the name of a file system'],
    [{ ...GOOD, weka_verify_ssl: 'maybe' }, 'weka_verify_ssl: expected true or false'],
  ])('name a mistake: %j', (options, message) => {
    expect(wrong(options)?.join()).toContain(message);
  });
});

const loginsOf = (requests: readonly { readonly isLogin: boolean; readonly path: string }[]): string[] =>
  requests.filter(({ isLogin }) => isLogin).map(({ path }) => path);

const wrong = (options: object) =>
  backend.options.safeParse(options).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
