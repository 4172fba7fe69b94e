import { describe, expect, it } from 'vitest';
import { ApiFailed } from '../../backends/api/api-failed.ts';
import { judgeVast, VastCluster, VastCnode, vast as backend } from '../../backends/vast.ts';
import type { Dialect } from '../fakes/dialect.ts';
import { type Change, otherwise } from '../fakes/otherwise.ts';
import { selfSigned } from '../fakes/tls-material.ts';
import { vast, VAST_API_TOKEN } from '../fakes/vast.ts';
import { createMovableClock } from '../movable-clock.ts';
import { volumeOn } from './volume-on.ts';

const UNRELIABLE = 'VAST API gave an answer that cannot be relied on';
const ERROR = 'VAST API answers with an error';

const STATES = [
  ['well', 'pass', 'OK', 'VAST cluster online, 8/8 CNodes active'],
  ['unknown-word', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['missing-field', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['empty-list', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['raid-rebuild', 'warn', 'STORAGE_DEGRADED', rebuilding('40 %')],
  ['nvram-degraded', 'warn', 'STORAGE_DEGRADED', online('degraded: NVRAM RAID DEGRADED')],
  ['leader-unknown', 'warn', 'STORAGE_DEGRADED', online('degraded: leader UNKNOWN')],
  ['low-resources', 'warn', 'STORAGE_DEGRADED', online('degraded: few stripes left')],
  ['out-of-stripes', 'warn', 'FULL', online('writes halted: no stripes left')],
  ['cnode-failed', 'warn', 'NODES_DOWN', 'VAST cluster online (degraded), 7/8 CNodes active'],
  ['cnode-disabled', 'pass', 'OK', 'VAST cluster online, 7/7 CNodes active'],
  ['mgmt-cnode-inactive', 'pass', 'OK', 'VAST cluster online, 8/8 CNodes active'],
  ['no-cnodes', 'fail', 'STORAGE_DOWN', 'VAST cluster has no active CNodes'],
  ['cnodes-list-empty', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['offline', 'fail', 'STORAGE_DOWN', 'VAST cluster OFFLINE'],
  ['failed', 'fail', 'STORAGE_DOWN', 'VAST cluster FAILED'],
  ['deactivating', 'fail', 'STORAGE_DOWN', 'VAST cluster DEACTIVATING'],
  ['init', 'fail', 'STORAGE_DOWN', 'VAST cluster starting (INIT)'],
  ['activating', 'fail', 'STORAGE_DOWN', 'VAST cluster starting (ACTIVATING)'],
  ['unknown', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['cluster-missing', 'unknown', 'API_ERROR', ERROR],
  ['tenant-account', 'pass', 'OK', 'VAST cluster online'],
  ['paged', 'pass', 'OK', 'VAST cluster online, 8/8 CNodes active'],
  ['hostile-paging', 'pass', 'OK', 'VAST cluster online'],
  ['old-release', 'pass', 'OK', 'VAST cluster online, 8/8 CNodes active'],
  ['failover', 'unknown', 'API_ERROR', ERROR],
] as const;

function online(state: string): string {
  return `VAST cluster online (${state}), 8/8 CNodes active`;
}

function rebuilding(progress: string): string {
  return online(`degraded: SSD RAID REBUILD ${progress}`);
}

describe('a VAST cluster', () => {
  it.each(STATES)('that is %s is told as %s, %s: %s', async (state, status, reason, summary) => {
    const { ask } = await volumeOn(vast, { state });

    expect(await ask()).toMatchObject({ status, reason, summary });
  });

  it('is asked in every state that there is', () => {
    expect(STATES.map(([state]) => state)).toEqual(Object.keys(vast.states));
  });

  it('is asked by two calls, and one login for all of them', async () => {
    const { ask, fake } = await volumeOn(vast);

    await ask();
    await ask();

    expect([fake.calls(), fake.logins()]).toEqual([4, 1]);
    expect(fake.requests.map(({ path }) => path)).toEqual([
      '/api/v2/token/',
      '/api/v2/clusters/2/',
      '/api/v2/cnodes/',
      '/api/v2/clusters/2/',
      '/api/v2/cnodes/',
    ]);
  });

  it('is asked once for two volumes that ask at once, by one login', async () => {
    const { ask, another, fake } = await volumeOn(vast);
    const second = another({ name: 'volume2' });

    const answers = await Promise.all([ask(), second.ask()]);

    expect(answers.map(({ status }) => status)).toEqual(['pass', 'pass']);
    expect([fake.calls(), fake.logins()]).toEqual([2, 1]);
  });

  it('is told to administrators by its names and words', async () => {
    const { ask } = await volumeOn(vast, { state: 'cnode-failed' });

    const { info, metadata } = await ask();

    expect(info).toBe(
      'state ONLINE, leader UP, SSD RAID HEALTHY, NVRAM RAID HEALTHY, memory RAID HEALTHY, stripes HEALTHY, ' +
        'metadata HEALTHY; 7/8 CNodes active: cnode-128-4 FAILED',
    );
    expect(metadata).toEqual({
      cluster: 'vst-a',
      release: '5.2.0.4',
      cluster_state: 'ONLINE',
      leader_state: 'UP',
      cnodes: '7/8',
      usable_capacity_bytes: 18_014_398_509_481_984,
      physical_bytes: 20_015_998_343_868_872,
      physical_bytes_in_use: 10_007_999_171_934_436,
    });
  });

  it.each([
    [
      'cluster-missing',
      /HTTP 404: Not found\.: is there a cluster 2 \(vast_cluster_id\), and this vast_api_version\?$/,
    ],
    ['unknown', /lost contact with the cluster: state UNKNOWN$/],
    ['unknown-word', /answered state "HIBERNATING", a word that is not known here$/],
    ['missing-field', /without what is needed: `state`/],
    ['cnodes-list-empty', /lists no CNode that is to serve$/],
    ['failover', /answered a login with an error \(HTTP 502\)$/],
    ['tenant-account', /CNodes could not be checked: .*HTTP 403: You do not have permission to perform this action\.$/],
    ['hostile-paging', /CNodes could not be checked: .*a list without an end$/],
  ])('that is %s is explained to administrators', async (state, info) => {
    const { ask } = await volumeOn(vast, { state });

    expect((await ask()).info).toMatch(info);
  });

  it('of a VMS with several is the one that is configured', async () => {
    const { ask, fake } = await volumeOn(vast, { options: { vast_cluster_id: '1' } });

    expect(await ask()).toMatchObject({ status: 'unknown', info: 'VAST API lists no CNode that is to serve' });
    expect(fake.requests[1]?.path).toBe('/api/v2/clusters/1/');
  });

  it.each(['tenant-account', 'hostile-paging'])(
    'whose CNodes cannot be listed (%s) is told without their count, and says so',
    async (state) => {
      const { ask } = await volumeOn(vast, { state });

      const answer = await ask();

      expect(answer.notChecked).toEqual(['CNodes']);
      expect(answer.metadata).not.toHaveProperty('cnodes');
    },
  );

  it.each(['busy', 'half', 'html', 'silent'] as const)(
    'whose list of CNodes is %s is told by what it says of itself',
    async (fault) => {
      const { ask, fake } = await volumeOn(vast, { state: 'offline', volume: { timeoutMs: 1_500 } });
      fake.breakOnly(/cnodes/, fault);

      expect(await ask()).toMatchObject({ summary: 'VAST cluster OFFLINE', notChecked: ['CNodes'] });
    },
  );

  it.each([
    ['refused', 'API_UNREACHABLE', 'VAST API cannot be reached'],
    ['html', 'API_BAD_ANSWER', UNRELIABLE],
    ['empty', 'API_BAD_ANSWER', UNRELIABLE],
    ['error-200', 'API_BAD_ANSWER', UNRELIABLE],
    ['cut-json', 'API_BAD_ANSWER', UNRELIABLE],
    ['unauthorized', 'API_AUTH_FAILED', 'VAST API authentication failed'],
    ['forbidden', 'API_AUTH_FAILED', 'VAST API authentication failed'],
    ['busy', 'API_ERROR', ERROR],
    ['rate-limited', 'API_ERROR', ERROR],
  ])('whose API is %s is unavailable, %s: %s', async (state, reason, summary) => {
    const { ask } = await volumeOn(vast, { state });

    expect(await ask()).toMatchObject({ status: 'unknown', reason, summary });
  });

  it('leads no credentials away by its links', async () => {
    const { ask, fake } = await volumeOn(vast, { state: 'hostile-paging' });

    await ask();

    expect(fake.strayRequests).toEqual([]);
  });

  it('has none of its secrets in any answer', async () => {
    const { ask, fake } = await volumeOn(vast);
    for (const state of [...Object.keys(vast.states), 'unauthorized', 'forbidden', 'html', 'redirect-away']) {
      await fake.setState(state);
      const answer = JSON.stringify(await ask());

      expect(fake.secrets().filter((secret) => answer.includes(secret))).toEqual([]);
    }
  });
});

describe('credentials for VAST', () => {
  const byToken = { vast_username: undefined, vast_password: undefined, vast_api_token: VAST_API_TOKEN };

  it('may be an API token, which takes no login', async () => {
    const { ask, fake } = await volumeOn(vast, { options: byToken });

    expect(await ask()).toMatchObject({ status: 'pass' });
    expect([fake.calls(), fake.logins()]).toEqual([2, 0]);
  });

  it('that are an API token which is refused are not tried again at once', async () => {
    const { ask, fake } = await volumeOn(vast, { options: { ...byToken, vast_api_token: 'guessed-token' } });

    const first = await ask();
    await ask();

    expect(first).toMatchObject({ status: 'unknown', reason: 'API_AUTH_FAILED' });
    expect(first.info).not.toContain('guessed-token');
    expect(fake.calls()).toBe(1);
  });

  it('that are a wrong password are not tried again at once', async () => {
    const { ask, fake } = await volumeOn(vast, { options: { vast_password: 'guessed-password' } });

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_AUTH_FAILED' });
    await ask();

    expect([fake.calls(), fake.logins()]).toEqual([0, 1]);
  });

  it('of a tenant do not log in again for what the account may not see', async () => {
    const { ask, fake } = await volumeOn(vast, { state: 'tenant-account' });

    await ask();
    await ask();

    expect([fake.calls(), fake.logins()]).toEqual([4, 1]);
  });

  it('are renewed by the token for that before the hour of an access token is over', async () => {
    const clock = createMovableClock();
    const { ask, fake } = await volumeOn(vast, { volume: { clock } });
    await ask();
    fake.forget();

    clock.forward(3_560_000);
    await ask();
    expect(fake.logins()).toBe(0);
    clock.forward(11_000);
    await ask();

    expect(loginsOf(fake.requests)).toEqual(['/api/v2/token/refresh/']);
  });
});

const saying = (change: Change): Dialect => otherwise(vast, change);

describe('a VMS of another release', () => {
  it('may answer to a dead token with 401', async () => {
    const dialect = saying((own) => (own.status === 403 ? { status: 401 } : {}));
    const { ask, fake } = await volumeOn(dialect);
    await ask();
    fake.expireTokens();

    expect(await ask()).toMatchObject({ status: 'pass' });
    expect(fake.logins()).toBe(2);
  });

  it('may answer to a dead API token with 403, which is not tried again at once either', async () => {
    const body = { detail: 'Token is invalid or expired' };
    const dialect = saying((own) => (own.status === 401 ? { status: 403, body } : {}));
    const options = { vast_username: undefined, vast_password: undefined, vast_api_token: 'revoked-token' };
    const { ask, fake } = await volumeOn(dialect, { options });

    expect(await ask()).toMatchObject({ summary: 'VAST API authentication failed' });
    await ask();

    expect(fake.calls()).toBe(1);
  });

  it('may give no new token for a refresh: the one that was given is used again', async () => {
    const dialect = saying(({ body }, { path }) =>
      path.endsWith('/refresh/') ? { body: { access: (body as { readonly access: string }).access } } : {},
    );
    const { ask, fake } = await volumeOn(dialect);
    await ask();
    fake.forget();
    for (let round = 0; round < 2; round += 1) {
      fake.expireTokens();
      expect(await ask()).toMatchObject({ status: 'pass' });
    }

    expect(new Set(loginsOf(fake.requests))).toEqual(new Set(['/api/v2/token/refresh/']));
  });

  it.each(['no-token-in-three-parts', 'e30.e30.e30', 'a.b.c'])(
    'may give a token that does not tell when it ends: %s',
    async (access) => {
      const dialect = saying((own, { path }) => (path.endsWith('/token/') ? { body: { access } } : {}));
      const { ask, fake } = await volumeOn(dialect);

      // The fake does not know that token: what counts is that it is used.
      expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_AUTH_FAILED' });
      expect(fake.calls()).toBeGreaterThan(0);
    },
  );

  it('may have CNodes that do not tell their cluster', async () => {
    const dialect = saying(({ body }, { path }) =>
      path.endsWith('/cnodes/') && Array.isArray(body)
        ? { body: body.map((cnode: object) => ({ ...cnode, cluster_id: undefined })) }
        : {},
    );
    const { ask } = await volumeOn(dialect);

    expect(await ask()).toMatchObject({ summary: 'VAST cluster online, 8/8 CNodes active' });
  });
});

describe('what Backend.AI gets wrong with VAST', () => {
  it.each(['offline', 'failed'])('a cluster that is %s is offline, not unavailable', async (state) => {
    const { ask } = await volumeOn(vast, { state });

    expect(await ask()).toMatchObject({ status: 'fail', reason: 'STORAGE_DOWN' });
  });

  it.each(['init', 'activating'])('a cluster that is starting (%s) is offline, not degraded', async (state) => {
    const { ask } = await volumeOn(vast, { state });

    expect(await ask()).toMatchObject({ status: 'fail', summary: expect.stringContaining('starting') });
  });

  it('no login is made for a call while a token is good', async () => {
    const { ask, fake } = await volumeOn(vast);
    for (let round = 0; round < 5; round += 1) await ask();

    expect([fake.calls(), fake.logins()]).toEqual([10, 1]);
  });

  it('an expired token is refreshed by the key `refresh`, without the password', async () => {
    const { ask, fake } = await volumeOn(vast);
    await ask();
    fake.expireTokens();
    fake.forget();

    expect(await ask()).toMatchObject({ status: 'pass' });
    expect(loginsOf(fake.requests)).toEqual(['/api/v2/token/refresh/']);
  });

  it('a refresh that is refused with 401 leads to a login', async () => {
    const { ask, fake } = await volumeOn(vast);
    await ask();
    fake.expireTokens('refresh');
    fake.forget();

    expect(await ask()).toMatchObject({ status: 'pass' });
    expect(loginsOf(fake.requests)).toEqual(['/api/v2/token/refresh/', '/api/v2/token/']);
  });

  it.each([
    ['unauthorized', 'VAST API authentication failed'],
    ['forbidden', 'VAST API denies what has to be asked'],
  ] as const)('a call that is %s is not taken for an answer', async (fault, summary) => {
    const { ask, fake } = await volumeOn(vast);
    fake.breakOnly(/clusters/, fault);

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_AUTH_FAILED', summary });
  });

  it('a token that is refused right after its login does not lead to a login each time', async () => {
    const { ask, fake } = await volumeOn(vast);
    fake.breakOnly(/clusters/, 'unauthorized');
    for (let probe = 1; probe <= 5; probe += 1) await ask();

    expect(loginsOf(fake.requests)).toEqual(['/api/v2/token/']);
  });

  it('a bad password is reported instead of thrown', async () => {
    const { ask } = await volumeOn(vast, { options: { vast_password: 'guessed-password' } });

    expect(await ask()).toMatchObject({ status: 'unknown', summary: 'VAST API authentication failed' });
  });

  it('a cluster that does not exist is reported instead of thrown, and no other one is taken for it', async () => {
    const { ask } = await volumeOn(vast, { state: 'cluster-missing' });

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_ERROR' });
  });

  it('an API that cannot be reached is reported instead of thrown', async () => {
    const { ask } = await volumeOn(vast, { state: 'refused' });

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_UNREACHABLE' });
  });

  it('an outage is seen at once, not when a cache expires', async () => {
    const { ask, fake } = await volumeOn(vast);
    await ask();
    await fake.setState('offline');

    expect(await ask()).toMatchObject({ status: 'fail' });
  });

  it('quotas are not listed', async () => {
    const { ask, fake } = await volumeOn(vast);
    await ask();

    expect(fake.requests.map(({ path }) => path).filter((path) => path.includes('quotas'))).toEqual([]);
  });

  it('fields that a release does not have are not missed', async () => {
    const { ask } = await volumeOn(vast, { state: 'old-release' });

    expect(await ask()).toMatchObject({ status: 'pass', metadata: { release: '3.6.0', cnodes: '8/8' } });
  });

  it.each(['HEALTHY', 'DEGRADED'])('%s is no state of a cluster', (state) => {
    expect(() => judged({ state })).toThrow(`answered state "${state}"`);
  });
});

function loginsOf(requests: readonly { readonly isLogin: boolean; readonly path: string }[]): readonly string[] {
  return requests.filter(({ isLogin }) => isLogin).map(({ path }) => path);
}

const CNODE = { name: 'cnode-1', state: 'ACTIVE', enabled: true, is_mgmt: false };

/** What is told of a cluster by the fields that it has, with as many CNodes as there are states. */
function judged(cluster: Readonly<Record<string, unknown>>, states: readonly string[] = ['ACTIVE', 'ACTIVE']) {
  const cnodes = states.map((state, index) => VastCnode.parse({ ...CNODE, name: `cnode-${index + 1}`, state }));
  return judgeVast(VastCluster.parse({ state: 'ONLINE', ...cluster }), cnodes);
}

describe('judging a VAST cluster', () => {
  it('takes its state as enough', () => {
    const answer = judgeVast(VastCluster.parse({ state: 'ONLINE' }), new Error('timed out'));

    expect(answer).toEqual({
      status: 'pass',
      reason: 'OK',
      summary: 'VAST cluster online',
      info: 'state ONLINE; CNodes could not be checked: timed out',
      metadata: { cluster_state: 'ONLINE' },
      notChecked: ['CNodes'],
    });
  });

  it.each(['OFFLINE', 'FAILED', 'DEACTIVATING', 'KILLED', 'KILLING'])('%s is an outage', (state) => {
    expect(judged({ state })).toMatchObject({
      status: 'fail',
      reason: 'STORAGE_DOWN',
      summary: `VAST cluster ${state}`,
    });
  });

  it.each(['INIT', 'ACTIVATING', 'INSTALLING', 'PREPARE', 'INSTALLED', 'BOOTSTRAP'])('%s is a start', (state) => {
    expect(judged({ state })).toMatchObject({ status: 'fail', summary: `VAST cluster starting (${state})` });
  });

  it.each(['UNKNOWN', '', 'ONLINE?', 'constructor'])('%j tells nothing', (state) => {
    expect(() => judged({ state })).toThrow(ApiFailed);
  });

  it('does not mind lower case', () => {
    const words = { state: 'online', leader_state: 'up', ssd_raid_state: 'Healthy', md_usage_health: 'healthy' };

    expect(judged(words, ['active', 'Active'])).toMatchObject({ status: 'pass', metadata: { cnodes: '2/2' } });
    expect(judged({ state: 'offline' })).toMatchObject({ status: 'fail', summary: 'VAST cluster OFFLINE' });
  });

  it.each(['HEALTHY', 'REBALANCE', '', null, undefined])('a RAID that is %j is well, or not told', (state) => {
    expect(judged({ ssd_raid_state: state, nvram_raid_state: state, memory_raid_state: state })).toMatchObject({
      status: 'pass',
    });
  });

  it.each([
    [{ ssd_raid_state: 'REBUILD', ssd_raid_rebuild_progress: 43 }, 'degraded: SSD RAID REBUILD 45 %'],
    [{ ssd_raid_state: 'REBUILD', ssd_raid_rebuild_progress: null }, 'degraded: SSD RAID REBUILD'],
    [{ ssd_raid_state: 'REBUILD', ssd_raid_rebuild_progress: '43/100' }, 'degraded: SSD RAID REBUILD'],
    [{ ssd_raid_state: 'DEGRADED', ssd_raid_rebuild_progress: 18 }, 'degraded: SSD RAID DEGRADED'],
    [{ nvram_raid_state: 'REBUILD', nvram_raid_rebuild_progress: 0 }, 'degraded: NVRAM RAID REBUILD 0 %'],
    [{ memory_raid_state: 'FAILED' }, 'degraded: memory RAID FAILED'],
    [{ ssd_raid_state: 'lost ssd-7 at 10.0.0.7' }, 'degraded: SSD RAID not healthy'],
    [{ raid_drives_can_fail: 0 }, 'degraded: no further drive may fail'],
    [{ leader_state: 'DOWN' }, 'degraded: leader DOWN'],
    [{ md_usage_health: 'LOW_RESOURCES' }, 'degraded: few metadata resources left'],
    [{ md_usage_health: 'EMPTY' }, 'writes halted: no metadata resources left'],
    [
      { remaining_stripes_health: 'EMPTY', ssd_raid_state: 'DEGRADED', leader_state: 'DOWN' },
      'writes halted: no stripes left, SSD RAID DEGRADED, leader DOWN',
    ],
  ])('%j is a warning: %s', (cluster, state) => {
    expect(judged(cluster)).toMatchObject({
      status: 'warn',
      reason: state.startsWith('writes halted') ? 'FULL' : 'STORAGE_DEGRADED',
      summary: `VAST cluster online (${state}), 2/2 CNodes active`,
    });
  });

  it('does not take for known what nobody knows of the resources', () => {
    expect(judged({ remaining_stripes_health: 'UNKNOWN', md_usage_health: 'UNKNOWN' })).toMatchObject({
      status: 'pass',
    });
    expect(() => judged({ md_usage_health: 'SCARCE' })).toThrow('health of metadata resources "SCARCE"');
  });

  it('sees an outage whatever else it does not understand', () => {
    expect(judged({ state: 'OFFLINE', md_usage_health: 'SCARCE' }, [])).toMatchObject({ status: 'fail' });
  });

  it('counts as down what is not active, if one CNode serves', () => {
    expect(judged({}, ['ACTIVE', 'UNKNOWN', 'REBOOTING'])).toMatchObject({
      status: 'warn',
      reason: 'NODES_DOWN',
      summary: 'VAST cluster online (degraded), 1/3 CNodes active',
    });
  });

  it('names a fault of the cluster before CNodes that are down', () => {
    expect(judged({ ssd_raid_state: 'REBUILD', ssd_raid_rebuild_progress: 42 }, ['ACTIVE', 'FAILED'])).toMatchObject({
      reason: 'STORAGE_DEGRADED',
      summary: 'VAST cluster online (degraded: SSD RAID REBUILD 40 %), 1/2 CNodes active',
    });
  });

  it('takes a cluster for offline only if every CNode is said to be idle', () => {
    expect(judged({}, ['INACTIVE', 'FAILED', 'ACTIVATING', 'DEACTIVATING'])).toMatchObject({ status: 'fail' });
    expect(() => judged({}, ['INACTIVE', 'UNKNOWN'])).toThrow('one is UNKNOWN');
    expect(() => judged({}, ['INACTIVE', 'REBOOTING'])).toThrow('one is REBOOTING');
  });

  it.each([
    ['none', []],
    ['only one for the management', [{ is_mgmt: true }]],
    ['only one that was taken out', [{ enabled: false }]],
  ])('cannot tell from %s of the CNodes', (_, changes) => {
    const cnodes = changes.map((change) => VastCnode.parse({ ...CNODE, ...change }));

    expect(() => judgeVast(VastCluster.parse({ state: 'ONLINE' }), cnodes)).toThrow('lists no CNode');
  });

  it('counts CNodes that do not say whether they are enabled, or for the management', () => {
    const cnodes = [VastCnode.parse({ state: 'ACTIVE' }), VastCnode.parse({ state: 'FAILED' })];

    expect(judgeVast(VastCluster.parse({ state: 'ONLINE' }), cnodes)).toMatchObject({
      summary: 'VAST cluster online (degraded), 1/2 CNodes active',
      info: 'state ONLINE; 1/2 CNodes active: one FAILED',
    });
  });

  it('stays small with 1,200 CNodes', () => {
    const { summary, info, metadata } = judged({ name: 'vst-a' }, ['ACTIVE', ...Array<string>(1_199).fill('FAILED')]);

    expect(summary).toBe('VAST cluster online (degraded), 1/1200 CNodes active');
    expect(info).toMatch(/: cnode-2 FAILED, .*cnode-6 FAILED and 1194 more$/);
    expect(judged({}, ['ACTIVE', ...Array<string>(5).fill('FAILED')]).info).toMatch(/cnode-6 FAILED$/);
    expect(JSON.stringify(metadata).length).toBeLessThan(300);
  });
});

describe('the options of VAST', () => {
  const LEAST = { vast_endpoint: 'https://vms.example', vast_username: 'volhealth', vast_password: 'secret' };

  const problemsWith = (change: Readonly<Record<string, unknown>>): readonly string[] =>
    backend.options
      .safeParse({ ...LEAST, ...change })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

  it('are what Backend.AI has', () => {
    expect(backend.options.parse(LEAST)).toEqual({
      ...LEAST,
      vast_endpoint: ['https://vms.example'],
      vast_api_version: 'v2',
      vast_cluster_id: '1',
      vast_verify_ssl: true,
    });
  });

  it.each<Readonly<Record<string, unknown>>>([
    { vast_api_version: 'v1' },
    { vast_api_version: 'latest' },
    { vast_cluster_id: 3 },
    { vast_cluster_id: '3' },
    { vast_verify_ssl: 'false' },
    { vast_endpoint: ['https://vms1.example', 'https://vms2.example:8443'] },
    { vast_username: undefined, vast_password: undefined, vast_api_token: { env: 'VAST_TOKEN' } },
    { vast_password: { file: '/run/secrets/vast' }, ca: '/etc/vast.pem' },
  ])('may be %j', (change) => {
    expect(problemsWith(change)).toEqual([]);
  });

  it.each([
    ['vast_endpoint: expected a URL such as "https://storage.example:443"', { vast_endpoint: 'vms.example' }],
    ['vast_username: expected a user and its password, or a vast_api_token', { vast_username: undefined }],
    ['vast_username: expected the name of a user', { vast_username: '' }],
    ['vast_password: expected the password of the user', { vast_password: undefined }],
    ['vast_api_version: expected "v1" to "v7", or "latest"', { vast_api_version: 'v8' }],
    ['vast_cluster_id: expected the number of the cluster, such as 1', { vast_cluster_id: 'one' }],
    ['vast_cluster_id: expected the number of the cluster, such as 1', { vast_cluster_id: -1 }],
    ['vast_cluster_id: expected the number of the cluster, such as 1', { vast_cluster_id: 1.5 }],
    ['vast_verify_ssl: expected true or false', { vast_verify_ssl: 'maybe' }],
    [': Unrecognized key: "vast_endpont"', { vast_endpont: 'x' }],
  ])('are refused: %s', (problem, change) => {
    expect(problemsWith(change)).toEqual([problem]);
  });

  it('verify the certificate unless told not to', async () => {
    const tls = await selfSigned(['127.0.0.1']);
    const { ask, another } = await volumeOn(vast, { tls });
    const trusting = another({ options: { vast_verify_ssl: false } });

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_UNREACHABLE' });
    expect(await trusting.ask()).toMatchObject({ status: 'pass' });
  });

  it('keep volumes apart that differ in their version of the API', async () => {
    const { ask, another, fake } = await volumeOn(vast);
    const second = another({ options: { vast_api_version: 'v5' } });

    await Promise.all([ask(), second.ask()]);

    expect([fake.calls(), fake.logins()]).toEqual([4, 2]);
  });
});
