import type { CheckAnswer } from '../../backends/backend.ts';
import { describe, expect, it } from 'vitest';
import { judgeNetapp, netapp as backend } from '../../backends/netapp.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import type { ApplianceAnswer, Dialect } from '../fakes/dialect.ts';
import { otherwise } from '../fakes/otherwise.ts';
import { netapp, ONTAP_TOKEN } from '../fakes/netapp.ts';
import { selfSigned } from '../fakes/tls-material.ts';
import { problemsOf } from '../problems-of.ts';
import { volumeOn } from './volume-on.ts';

const ONLINE = 'ONTAP volume online, 55 % free';
const UNRELIABLE = 'ONTAP API gave an answer that cannot be relied on';
const FAILING = 'ONTAP API answers with an error';

/** What is said of a volume in each state of its cluster. */
const TOLD = [
  ['well', 'pass', 'OK', ONLINE],
  ['nearly-full', 'pass', 'OK', 'ONTAP volume online, less than 5 % free'],
  ['lif-away', 'pass', 'OK', ONLINE],
  ['slow-collection', 'pass', 'OK', ONLINE],
  ['ambiguous', 'pass', 'OK', ONLINE],
  ['ambiguous-despite-filter', 'pass', 'OK', ONLINE],
  ['old-release', 'pass', 'OK', 'ONTAP volume online'],
  ['svm-account', 'pass', 'OK', ONLINE],
  ['metrocluster', 'pass', 'OK', ONLINE],
  ['full', 'warn', 'FULL', 'ONTAP volume degraded: full'],
  ['data-protection', 'warn', 'READ_ONLY', 'ONTAP volume degraded: read-only mirror'],
  ['mixed', 'warn', 'STORAGE_DEGRADED', 'ONTAP volume degraded: 1 of 8 FlexGroup members offline'],
  ['bad-blocks', 'warn', 'STORAGE_DEGRADED', 'ONTAP volume degraded: bad blocks'],
  ['lif-down', 'warn', 'STORAGE_DEGRADED', 'ONTAP volume degraded: 1 of 2 data LIFs down'],
  ['node-taken-over', 'warn', 'NODES_DOWN', 'ONTAP volume degraded: 1 of 2 nodes not up'],
  ['mixed-root', 'fail', 'STORAGE_DOWN', 'ONTAP volume has its FlexGroup root member offline'],
  ['restricted', 'fail', 'STORAGE_DOWN', 'ONTAP volume RESTRICTED'],
  ['offline', 'fail', 'STORAGE_DOWN', 'ONTAP volume OFFLINE'],
  ['error', 'fail', 'STORAGE_DOWN', 'ONTAP volume cannot serve data'],
  ['unjunctioned', 'fail', 'STORAGE_DOWN', 'ONTAP volume online but not junctioned'],
  ['svm-stopped', 'fail', 'STORAGE_DOWN', 'ONTAP SVM stopped'],
  ['svm-starting', 'fail', 'STORAGE_DOWN', 'ONTAP SVM starting'],
  ['nfs-disabled', 'fail', 'STORAGE_DOWN', 'ONTAP SVM does not serve NFS'],
  ['lifs-down', 'fail', 'STORAGE_DOWN', 'ONTAP SVM has 2 of 2 data LIFs down'],
  ['vol-missing', 'fail', 'FILESYSTEM_MISSING', 'ONTAP volume does not exist'],
  ['deleted-meanwhile', 'fail', 'FILESYSTEM_MISSING', 'ONTAP volume does not exist'],
  ['unknown-word', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['missing-field', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['no-state', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['empty-list', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['hostile-next', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['too-many', 'unknown', 'API_ERROR', FAILING],
  ['mgmt-quorum', 'unknown', 'API_ERROR', FAILING],
  ['rpc-timeout', 'unknown', 'API_ERROR', FAILING],
  ['not-setup', 'unknown', 'API_ERROR', FAILING],
] as const;

describe('an ONTAP volume', () => {
  it.each(TOLD)('that is %s is told as %s, %s: %s', async (state, status, reason, summary) => {
    const { ask } = await volumeOn(netapp, { state });

    expect(await settled(ask)).toMatchObject({ status, reason, summary });
  });

  it.each(TOLD)('that is %s when it is known already is told as %s, %s', async (state, status, reason) => {
    const { ask, fake } = await volumeOn(netapp);

    await ask();
    await fake.setState(state);

    expect(await settled(ask)).toMatchObject({ status, reason });
  });

  it('is told of in every state that the fake plays', () => {
    expect(TOLD.map(([state]) => state).toSorted()).toEqual(Object.keys(netapp.states).toSorted());
  });

  it.each(Object.keys(netapp.states))('that is %s shows nobody a secret, and anyone no name', async (state) => {
    const { ask, fake } = await volumeOn(netapp, { state });

    const answer = await ask();

    expect(fake.secrets().filter((secret) => JSON.stringify(answer).includes(secret))).toEqual([]);
    expect(answer.summary).not.toMatch(/scratch|svm_|n1|d1|HTTP|\d{3}|\/(?!\d)|\bE[A-Z]{3,}\b/);
    expect(answer.info).not.toBe('');
    expect(JSON.stringify(answer.metadata ?? {}).length).toBeLessThan(500);
  });

  it.each([
    ['refused', 'API_UNREACHABLE', 'ONTAP API cannot be reached'],
    ['unauthorized', 'API_AUTH_FAILED', 'ONTAP API authentication failed'],
    ['forbidden', 'API_AUTH_FAILED', 'ONTAP API denies what has to be asked'],
    ['busy', 'API_ERROR', FAILING],
    ['html', 'API_BAD_ANSWER', UNRELIABLE],
    ['empty', 'API_BAD_ANSWER', UNRELIABLE],
    ['error-200', 'API_BAD_ANSWER', UNRELIABLE],
  ])('whose API is %s is unknown: %s, %s', async (state, reason, summary) => {
    const { ask } = await volumeOn(netapp, { state });

    expect(await ask()).toMatchObject({ status: 'unknown', reason, summary });
  });

  it('without netapp_svm is the only one of its name, or cannot be told from its namesakes', async () => {
    const options = { netapp_svm: '' };
    const { ask, fake, another } = await volumeOn(netapp, { options });
    expect(await ask()).toMatchObject({ status: 'pass', summary: ONLINE });

    await fake.setState('ambiguous');

    expect(await another().ask()).toMatchObject({
      status: 'unknown',
      reason: 'API_BAD_ANSWER',
      info: 'ONTAP API answered more than one volume of that name: say by netapp_svm which it is',
    });
  });

  it.each([
    ['another SVM', { netapp_svm: 'svm_dev' }],
    ['no SVM that there is', { netapp_svm: 'svm' }],
    ['a pattern', { netapp_volume_name: 'scratch_*' }],
  ])('is not found where the options name %s', async (_what, options) => {
    const { ask } = await volumeOn(netapp, { options });

    expect(await ask()).toMatchObject({ status: 'fail', reason: 'FILESYSTEM_MISSING' });
  });

  it('may be asked for with a bearer token', async () => {
    const options = { netapp_ontap_user: undefined, netapp_ontap_token: ONTAP_TOKEN };
    const { ask, fake } = await volumeOn(netapp, { options });

    expect(await ask()).toMatchObject({ status: 'pass' });
    expect(new Set(fake.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${ONTAP_TOKEN}`]),
    );
  });
});

describe('an administrator', () => {
  it.each([
    [
      'node-taken-over',
      'svm_nfs:scratch_a online at /scratch_a; says: Volume scratch_a has one or more scanners active.; SVM: running (default); data LIFs away from home: d1; nodes not up: n1 taken_over; aggregates: n1_nvme online at n2',
    ],
    ['offline', 'svm_nfs:scratch_a offline; says: Volume scratch_a is not online.; aggregates: n1_nvme online at n1'],
    [
      'svm-account',
      'svm_nfs:scratch_a online at /scratch_a; says: Volume scratch_a has one or more scanners active.; not checked: SVM (ONTAP API answered HTTP 403: not authorized for that command), data LIFs (ONTAP API answered HTTP 403: not authorized for that command)',
    ],
    ['vol-missing', 'no volume scratch_a in the SVM svm_nfs'],
    ['unknown-word', 'ONTAP API answered state "quiesced", a word that is not known here'],
    ['no-state', 'ONTAP API answered a volume without its state'],
  ])('reads when %s: %s', async (state, info) => {
    const { ask } = await volumeOn(netapp, { state });

    expect((await settled(ask)).info).toBe(info);
  });

  it('gets names, words and numbers of a FlexGroup', async () => {
    const { ask } = await volumeOn(netapp, { state: 'mixed' });

    expect((await settled(ask)).metadata).toEqual({
      svm: 'svm_nfs',
      volume: 'scratch_a',
      volume_uuid: '0a6e7c1e-77d1-11ee-a0b3-00a098aa0001',
      volume_state: 'mixed',
      volume_type: 'rw',
      volume_style: 'flexgroup',
      svm_state: 'running',
      data_lifs: '2/2',
      flexgroup_members: '7/8',
      volume_bytes: 10995116277760,
      volume_available_bytes: 6148914691236,
    });
  });
});

/** What is said once everything has been asked for that is not asked for in each probe. */
async function settled(ask: () => Promise<CheckAnswer>): Promise<CheckAnswer> {
  for (let probe = 1; probe <= 3; probe += 1) await ask();
  return ask();
}

const pathsOf = (requests: readonly { path: string }[]) => requests.map(({ path }) => path);

describe('what is left for the next probe', () => {
  it('is named', async () => {
    const { ask } = await volumeOn(netapp, { state: 'node-taken-over' });

    expect(await ask()).toMatchObject({ status: 'pass', notChecked: ['nodes', 'aggregates'] });
    expect(await ask()).toMatchObject({ status: 'warn', reason: 'NODES_DOWN' });
  });
});

describe('what is remembered', () => {
  it('takes no volume away: a volume that is mended is well at the next probe', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'svm-stopped' });
    fake.breakOnly(/interfaces/);
    for (let probe = 1; probe <= 4; probe += 1) expect(await ask()).toMatchObject({ status: 'fail' });
    await fake.setState('well');
    fake.breakOnly(null);
    expect(await ask()).toMatchObject({ status: 'pass' });
  });

  it('of what took the volume away stands until something else is heard of it', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'svm-stopped' });
    expect(await ask()).toMatchObject({ status: 'fail', summary: 'ONTAP SVM stopped' });
    fake.breakOnly(/svms/, 'busy');
    for (let probe = 1; probe <= 3; probe += 1) expect(await ask()).toMatchObject({ status: 'unknown' });
    fake.breakOnly(null);
    expect(await ask()).toMatchObject({ status: 'fail', summary: 'ONTAP SVM stopped' });
    await fake.setState('well');
    expect(await ask()).toMatchObject({ status: 'pass' });
  });

  it('of a UUID is given up once it is of no use', async () => {
    const { ask, fake } = await volumeOn(netapp);
    expect(await ask()).toMatchObject({ status: 'pass' });
    fake.breakOnly(/volumes\/[0-9a-f-]{36}/, 'forbidden');
    expect(await ask()).toMatchObject({ status: 'unknown' });
    expect(await ask()).toMatchObject({ status: 'pass' });
  });
});

describe('a list', () => {
  const RECORD = {
    uuid: 'u-1',
    name: 'scratch_a',
    state: 'online',
    nas: { path: '/a' },
    svm: { name: 'svm_nfs', uuid: 's' },
  };

  it.each([
    ['that counts what it does not hold', { records: [], num_records: 1 }, 'unknown', 'API_BAD_ANSWER'],
    ['that is empty and says so', { records: [], num_records: 0 }, 'fail', 'FILESYSTEM_MISSING'],
    ['that holds the same volume twice', { records: [RECORD, RECORD], num_records: 2 }, 'pass', 'OK'],
    [
      'with fields that are none',
      {
        records: [{ ...RECORD, status: 'x', type: 5, style: [], space: '', error_state: 1, aggregates: [{}] }],
        num_records: 1,
      },
      'pass',
      'OK',
    ],
  ])('%s', async (_case, body, status, reason) => {
    const { ask } = await volumeOn(answeringVolumes({ status: 200, body }));
    expect(await ask()).toMatchObject({ status, reason });
  });

  it("refused in the vendor's own words is not asked for again at once", async () => {
    const refusal = { status: 403, body: { error: { message: 'User is not authorized.', code: '6691623' } } };
    const { ask, fake } = await volumeOn(answeringVolumes(refusal));
    for (let probe = 1; probe <= 4; probe += 1) expect((await ask()).info).toContain('not tried again before');
    expect(fake.calls()).toBe(1);
  });
});

/** An ONTAP that answers so when it is asked for volumes by their name. */
const answeringVolumes = (answer: ApplianceAnswer): Dialect =>
  otherwise(netapp, (_own, { path }) => (path === '/api/storage/volumes' ? answer : {}));

describe('the calls', () => {
  it('are three in each probe, and get round to everything, to what is bad the most often', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'mixed' });
    const probes: string[][] = [];
    for (let probe = 1; probe <= 6; probe += 1) {
      fake.forget();
      await ask();
      const asked = fake.requests.map(({ path, query }) =>
        /is_constituent/.test(query) ? 'members' : path.split('/').at(-1)!,
      );
      probes.push(asked.slice(1).map((last) => (/^[0-9a-f-]{36}$/.test(last) ? 'svm' : last)));
    }
    expect(probes.map(({ length }) => length)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(probes.every((asked) => asked.includes('members'))).toBe(true);
    expect(new Set(probes.flat())).toEqual(new Set(['members', 'svm', 'interfaces', 'nodes', 'aggregates', 'cluster']));
    expect(probes.flat().filter((topic) => topic === 'cluster')).toHaveLength(1);
  });

  it('rely on nothing that was learned before the API failed', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'svm-stopped' });
    expect(await ask()).toMatchObject({ status: 'fail' });
    await fake.setState('busy');
    expect(await ask()).toMatchObject({ status: 'unknown' });
    await fake.setState('well');
    fake.breakOnly(/\/svms\//);
    expect(await ask()).toMatchObject({ status: 'pass', notChecked: ['SVM'] });
  });

  it('are three while all is well: by the name at first, by the UUID from then on', async () => {
    const { ask, fake } = await volumeOn(netapp);

    await ask();
    expect(pathsOf(fake.requests)).toEqual([
      '/api/storage/volumes',
      '/api/svm/svms/5c9d7b60-77d0-11ee-a0b3-00a098aa0001',
      '/api/network/ip/interfaces',
    ]);

    fake.forget();
    expect((await ask()).metadata).toMatchObject({
      cluster: expect.any(String),
      release: expect.stringContaining('NetApp Release 9'),
    });
    expect(pathsOf(fake.requests)).toEqual([
      '/api/storage/volumes/0a6e7c1e-77d1-11ee-a0b3-00a098aa0001',
      '/api/cluster',
      '/api/svm/svms/5c9d7b60-77d0-11ee-a0b3-00a098aa0001',
    ]);

    fake.forget();
    expect((await ask()).metadata).toMatchObject({ release: expect.stringContaining('NetApp Release 9') });
    expect(pathsOf(fake.requests)).toEqual([
      '/api/storage/volumes/0a6e7c1e-77d1-11ee-a0b3-00a098aa0001',
      '/api/network/ip/interfaces',
      '/api/svm/svms/5c9d7b60-77d0-11ee-a0b3-00a098aa0001',
    ]);
  });

  it('have lists answered before the time of the check is over', async () => {
    const { ask, fake } = await volumeOn(netapp);

    await ask();

    const lists = fake.requests.filter(({ path }) => path.endsWith('s'));
    expect(lists.map(({ query }) => new URLSearchParams(query).get('return_timeout'))).toEqual(['5', '5']);
  });

  it('ask for no aggregates where none are shown', async () => {
    const { ask, fake } = await volumeOn(
      rewritten((text) => text.replaceAll('"aggregates":', '"pods":')),
      { state: 'lif-down' },
    );

    expect((await settled(ask)).notChecked).toBeUndefined();
    expect(pathsOf(fake.requests)).not.toContain('/api/storage/aggregates');
  });

  it('end with the volume where that serves nobody, but for why', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'offline' });

    await ask();

    expect(pathsOf(fake.requests)).toEqual(['/api/storage/volumes', '/api/cluster/nodes', '/api/storage/aggregates']);
  });

  it.each(['full', 'data-protection'])('look at no hardware where that has no part in it: %s', async (state) => {
    const { ask, fake } = await volumeOn(netapp, { state });

    await ask();

    expect(fake.calls()).toBe(3);
  });

  it('ask by the name once more when the UUID is gone, and find the volume that has taken its place', async () => {
    const { ask, fake } = await volumeOn(netapp);
    await ask();
    await fake.setState('deleted-meanwhile');
    fake.forget();

    expect(await ask()).toMatchObject({ status: 'fail', reason: 'FILESYSTEM_MISSING' });
    expect(pathsOf(fake.requests)).toEqual([
      '/api/storage/volumes/0a6e7c1e-77d1-11ee-a0b3-00a098aa0001',
      '/api/storage/volumes',
    ]);

    await fake.setState('well');
    expect(await ask()).toMatchObject({ status: 'pass' });
  });

  it('are two for the volume on an old release at first, and three altogether', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'old-release' });

    await ask();
    expect(fake.calls()).toBe(3);
    fake.forget();
    await ask();
    expect(fake.calls()).toBe(3);
  });

  it('know by the UUID the volume of an SVM that a MetroCluster has renamed', async () => {
    const { ask, fake } = await volumeOn(netapp);
    await ask();
    await fake.setState('metrocluster');
    fake.forget();

    expect(await ask()).toMatchObject({ status: 'pass', metadata: { svm: 'svm_nfs-mc' } });
    expect(fake.calls()).toBe(3);
  });

  it('are shared by volumes of one array, one at a time', async () => {
    const { ask, another, fake } = await volumeOn(netapp);
    const home = another({ name: 'home', options: { netapp_volume_name: 'home' } });

    const answers = await Promise.all([ask(), another({ name: 'same' }).ask(), home.ask()]);

    expect(answers.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
    // Two volumes, one SVM and its addresses; what comes late asks again.
    expect(fake.calls()).toBeLessThanOrEqual(6);
    expect(fake.connections()).toBe(1);
  });

  it('are given up for a minute after a refusal, for every volume that has the password', async () => {
    const { ask, another, fake } = await volumeOn(netapp, { options: { netapp_ontap_password: 'wrong-password' } });

    const answers = [await ask(), await another({ name: 'volume2' }).ask()];

    expect(answers.map(({ reason }) => reason)).toEqual(['API_AUTH_FAILED', 'API_AUTH_FAILED']);
    expect(JSON.stringify(answers)).not.toContain('wrong-password');
    expect(fake.calls()).toBe(1);
  });

  it('follow a page to no other host', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'hostile-next' });

    await ask();

    expect(fake.strayRequests).toEqual([]);
    expect(fake.calls()).toBeLessThanOrEqual(20);
  });

  it('go to the next endpoint where one is away', async () => {
    const { another, fake } = await volumeOn(netapp);
    const netapp_ontap_endpoint = ['http://127.0.0.1:1', fake.url];

    expect(await another({ options: { netapp_ontap_endpoint } }).ask()).toMatchObject({ status: 'pass' });
  });
});

describe('what cannot be asked', () => {
  it.each([
    [/svm\/svms/, 'SVM'],
    [/ip\/interfaces/, 'data LIFs'],
  ])('%s is left out and named', async (pattern, part) => {
    const { ask, fake } = await volumeOn(netapp);
    fake.breakOnly(pattern);

    const { status, summary, notChecked, info } = await ask();

    expect({ status, summary, notChecked }).toEqual({ status: 'pass', summary: ONLINE, notChecked: [part] });
    expect(info).toContain(`not checked: ${part} (ONTAP API answered HTTP 503: Not all`);
  });

  it.each([
    ['svm-stopped', /ip\/interfaces/],
    ['lifs-down', /svm\/svms/],
  ])('does not hide what the rest says: %s', async (state, pattern) => {
    const { ask, fake } = await volumeOn(netapp, { state });
    fake.breakOnly(pattern);

    expect(await ask()).toMatchObject({ status: 'fail' });
  });

  it('of a FlexGroup in part offline is which part', async () => {
    const { ask, fake } = await volumeOn(netapp, { state: 'mixed-root' });
    fake.breakOnly(/is_constituent/);

    expect(await settled(ask)).toMatchObject({
      status: 'warn',
      summary: 'ONTAP volume degraded: FlexGroup members offline',
      notChecked: ['FlexGroup members'],
    });
  });

  it.each(['lif-down', 'offline'])('of the hardware changes no verdict: %s', async (state) => {
    const { ask, fake } = await volumeOn(netapp, { state });
    const { status, summary } = await ask();
    fake.breakOnly(/nodes\?|aggregates\?/);

    const { notChecked = [], ...answer } = await settled(ask);
    expect(answer).toMatchObject({ status, summary });
    expect(notChecked.toSorted()).toEqual(['aggregates', 'nodes']);
  });

  it('takes only a part of the time, and is left out when that is over', async () => {
    const { ask, fake } = await volumeOn(netapp, { volume: { timeoutMs: 1_000 } });
    fake.breakOnly(/svm\/svms|ip\/interfaces/, 'silent');

    expect(await ask()).toMatchObject({ status: 'pass', notChecked: ['SVM', 'data LIFs'] });
  });

  it('makes the whole unknown where it decides', async () => {
    const { ask, fake } = await volumeOn(netapp);
    fake.breakOnly(/storage\/volumes/);

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_ERROR' });
  });
});

/** A cluster whose answers come as they are rewritten here. */
const rewritten = (rewrite: (text: string) => string): Dialect =>
  otherwise(netapp, ({ body }) => ({ body: rewrite(String(body)) }));

describe('an answer', () => {
  it.each([
    ['in capitals', (text: string) => text.replaceAll(/"(online|running|up|rw)"/g, (word) => word.toUpperCase())],
    ['with fields that are new', (text: string) => text.replaceAll('"state":', '"mood":{"is":[1]},"state":')],
    [
      'without what matters little',
      (text: string) => text.replaceAll(/"(type|style|space|status|subtype)":/g, '"x$1":'),
    ],
  ])('%s is read all the same', async (_how, rewrite) => {
    const { ask } = await volumeOn(rewritten(rewrite));

    expect(await ask()).toMatchObject({
      status: 'pass',
      summary: expect.stringMatching(/^ONTAP volume online/) as string,
    });
  });

  it('that names no SVM leaves that out, and the addresses', async () => {
    const { ask, fake } = await volumeOn(
      rewritten((text) => text.replaceAll('"svm":{"name":"svm_nfs","uuid":', '"svm":{"name":"svm_nfs","id":')),
    );

    expect(await ask()).toMatchObject({ status: 'pass', notChecked: ['SVM', 'data LIFs'] });
    expect(fake.calls()).toBe(1);
  });

  it('of an SVM in a state that nobody knows is no evidence', async () => {
    const { ask } = await volumeOn(rewritten((text) => text.replaceAll('"running"', '"walking"')));

    expect(await ask()).toMatchObject({ status: 'pass', notChecked: ['SVM'] });
  });

  it('without any address is no evidence', async () => {
    const { ask } = await volumeOn(
      rewritten((text) => text.replace(/^\{"records":\[\{[^]*"location"[^]*$/, '{"records":[],"num_records":0}')),
    );

    expect(await ask()).toMatchObject({ status: 'pass', notChecked: ['data LIFs'] });
  });

  it('without a record and without their number says not that there is none', async () => {
    const { ask } = await volumeOn(
      rewritten((text) => text.replace(',"num_records":0', '')),
      { state: 'vol-missing' },
    );

    expect(await ask()).toMatchObject({
      status: 'unknown',
      info: 'ONTAP API answered a list that may not be all there is',
    });
  });

  it('that no path of the API has is not one that the volume has gone', async () => {
    const { ask, fake } = await volumeOn(rewritten((text) => text.replace('"code":"4"', '"code":"3"')));
    await ask();
    await fake.setState('deleted-meanwhile');

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_ERROR' });
  });

  it('that refuses the few fields, too, is asked for no further', async () => {
    const body = { error: { message: 'no such argument', code: '262179' } };
    const { ask, fake } = await volumeOn(otherwise(netapp, () => ({ status: 400, body })));

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_ERROR' });
    expect(fake.calls()).toBe(2);
    await ask();
    expect(fake.calls()).toBe(3);
  });
});

describe('other than Backend.AI, whose volumes are healthy unless an exception happens, the backend', () => {
  it('reads the state of the volume, and not only whether there is one', async () => {
    const { ask } = await volumeOn(netapp, { state: 'offline' });

    expect(await ask()).toMatchObject({ status: 'fail', summary: 'ONTAP volume OFFLINE' });
  });

  it.each(['offline', 'error'])('reads a record that has no path in the name space: %s', async (state) => {
    const { ask } = await volumeOn(netapp, { state });

    expect(await ask()).toMatchObject({ status: 'fail', metadata: { volume_state: state } });
  });

  it.each(['unauthorized', 'forbidden', 'busy', 'rate-limited'])(
    'reads the status of an answer: one that is %s is not taken for a volume, nor for none',
    async (state) => {
      const { ask } = await volumeOn(netapp, { state });

      expect(await ask()).toMatchObject({ status: 'unknown' });
    },
  );

  it('tells metadata in plain values, not in objects', async () => {
    const { ask } = await volumeOn(netapp);

    const { metadata = {} } = await ask();

    expect(Object.values(metadata).map((value) => typeof value)).not.toContain('object');
    expect(Object.keys(metadata)).not.toEqual([]);
  });

  it('takes the volume of the SVM that netapp_svm names, not the first of that name', async () => {
    const { another } = await volumeOn(netapp, { state: 'ambiguous-despite-filter' });

    const answers = [await another().ask(), await another({ options: { netapp_svm: 'svm_dev' } }).ask()];

    expect(answers.map(({ metadata }) => metadata?.['svm'])).toEqual(['svm_nfs', 'svm_dev']);
  });

  it('verifies certificates unless the options say otherwise', async () => {
    const tls = await selfSigned(['127.0.0.1']);
    const { ask, another } = await volumeOn(netapp, { tls });

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_UNREACHABLE' });
    expect(await another({ options: { netapp_verify_ssl: true } }).ask()).toMatchObject({ status: 'unknown' });
    expect(await another({ options: { netapp_verify_ssl: false } }).ask()).toMatchObject({ status: 'pass' });
  });

  it('asks for no quotas and no counts of files', async () => {
    const { ask, fake } = await volumeOn(netapp);

    await ask();

    expect(fake.requests.filter(({ path, query }) => /quota|files/.test(path + query))).toEqual([]);
  });
});

const VOLUME = {
  uuid: '0a6e7c1e-77d1-11ee-a0b3-00a098aa0001',
  name: 'scratch_a',
  state: 'online',
  nas: { path: '/scratch_a' },
};
const NONE = new Map<string, Error>();
const up = (name: string) => ({ name, state: 'up' });
const offline = (name: string) => ({ name, state: 'offline' });

describe('the verdict', () => {
  it.each([
    ['a record with nothing but what decides', VOLUME, {}, 'pass', 'ONTAP volume online'],
    ['fields that are null', { ...VOLUME, space: null, svm: null, type: null }, {}, 'pass', 'ONTAP volume online'],
    ['a size of nothing', { ...VOLUME, space: { size: 0, available: 1 } }, {}, 'pass', 'ONTAP volume online'],
    ['a size alone', { ...VOLUME, space: { size: 10 } }, {}, 'pass', 'ONTAP volume online'],
    ['a kind that is new', { ...VOLUME, type: 'rx', style: 'flexthing' }, {}, 'pass', 'ONTAP volume online'],
    ['a path that is empty', { ...VOLUME, nas: { path: '' } }, {}, 'fail', 'ONTAP volume online but not junctioned'],
    ['a load-sharing mirror', { ...VOLUME, type: 'ls' }, {}, 'warn', 'ONTAP volume degraded: read-only mirror'],
    [
      'a flaw',
      { ...VOLUME, error_state: { is_inconsistent: true } },
      {},
      'warn',
      'ONTAP volume degraded: inconsistent',
    ],
    ['no address at all', VOLUME, { lifs: [] }, 'pass', 'ONTAP volume online'],
    ['an address without a word', VOLUME, { lifs: [{ name: 'd1' }] }, 'pass', 'ONTAP volume online'],
    [
      'an address that is switched off',
      VOLUME,
      { lifs: [up('d1'), { ...up('d2'), enabled: false }] },
      'warn',
      'ONTAP volume degraded: 1 of 2 data LIFs down',
    ],
    [
      'addresses that are down or without a word',
      VOLUME,
      { lifs: [{ name: 'd1', state: 'down' }, { name: 'd2' }] },
      'warn',
      'ONTAP volume degraded: 1 of 2 data LIFs down',
    ],
    [
      'a FlexGroup whose members have come back',
      { ...VOLUME, state: 'mixed' },
      { members: [{ name: 'a__0001', state: 'online' }] },
      'warn',
      'ONTAP volume degraded: FlexGroup members offline',
    ],
    [
      'a root member without a word',
      { ...VOLUME, state: 'mixed' },
      { members: [{ name: 'a__0001' }, offline('a__0002')] },
      'warn',
      'ONTAP volume degraded: 1 of 2 FlexGroup members offline',
    ],
    [
      'a member whose number ends as that of the root',
      { ...VOLUME, state: 'mixed' },
      { members: [offline('a__0011'), { name: 'a__0001', state: 'online' }] },
      'warn',
      'ONTAP volume degraded: 1 of 2 FlexGroup members offline',
    ],
    [
      'a root member that is lost with the path',
      { ...VOLUME, state: 'mixed', nas: null },
      { members: [offline('a__0001')] },
      'fail',
      'ONTAP volume has its FlexGroup root member offline',
    ],
    ...(['restricted', 'error'] as const).map(
      (state) =>
        [
          `a root member that is ${state}`,
          { ...VOLUME, state: 'mixed' },
          {
            members: [
              { name: 'a__0001', state },
              { name: 'a__0002', state: 'online' },
            ],
          },
          'fail',
          'ONTAP volume has its FlexGroup root member offline',
        ] as const,
    ),
    ['sizes that cannot be', { ...VOLUME, space: { size: 10, available: 30 } }, {}, 'pass', 'ONTAP volume online'],
    [
      'a node that has nothing of the volume',
      VOLUME,
      {
        nodes: [up('n1'), { name: 'n9', state: 'down' }],
        aggregates: [{ name: 'agg', state: 'online', node: { name: 'n1' }, home_node: { name: 'n1' } }],
      },
      'pass',
      'ONTAP volume online',
    ],
    [
      'a node whose aggregates are at its partner',
      VOLUME,
      {
        nodes: [{ name: 'n1', state: 'taken_over' }, up('n2'), up('n3')],
        aggregates: [{ name: 'agg', state: 'online', node: { name: 'n2' }, home_node: { name: 'n1' } }],
      },
      'warn',
      'ONTAP volume degraded: 1 of 2 nodes not up',
    ],
    ['a standby SVM', VOLUME, { svm: { state: 'stopped', subtype: 'dp_destination' } }, 'fail', 'ONTAP SVM stopped'],
    ['an SVM that stops', VOLUME, { svm: { state: 'stopping' } }, 'fail', 'ONTAP SVM stopping'],
    ['an SVM without word on NFS', VOLUME, { svm: { state: 'running' } }, 'pass', 'ONTAP volume online'],
    ['nodes of unknown words', VOLUME, { nodes: [{ name: 'n1', state: 'unknown' }] }, 'pass', 'ONTAP volume online'],
    [
      'all at once',
      {
        ...VOLUME,
        state: 'mixed',
        type: 'dp',
        space: { size: 10, available: 0 },
        error_state: { has_bad_blocks: true },
      },
      {
        lifs: [up('d1'), { name: 'd2', state: 'down' }],
        nodes: [up('n1'), { name: 'n2', state: 'waiting_for_giveback' }],
      },
      'warn',
      'ONTAP volume degraded: FlexGroup members offline, bad blocks, full, read-only mirror, 1 of 2 nodes not up, 1 of 2 data LIFs down',
    ],
  ] as const)('on %s', (_what, volume, findings, status, summary) => {
    expect(judgeNetapp(volume as Volume, { ...(findings as Partial<Findings>), left: NONE })).toMatchObject({
      status,
      summary,
    });
  });

  it('cannot be given on a FlexGroup without its path, of which nothing else is known', () => {
    for (const nas of [{ path: '' }, null]) {
      expect(() => judgeNetapp({ ...VOLUME, state: 'mixed', nas }, { left: NONE })).toThrow('without its junction');
    }
  });

  it('takes no volume away for what is only remembered', () => {
    const findings = { svm: { state: 'stopped' as const }, left: NONE };
    expect(judgeNetapp(VOLUME, findings).status).toBe('fail');
    expect(judgeNetapp(VOLUME, findings, {}).status).toBe('pass');
  });

  it.each(['down', 'booting', 'taken_over', 'waiting_for_giveback', 'degraded'])(
    'counts a node that is %s as not up',
    (state) => {
      expect(judgeNetapp(VOLUME, { nodes: [up('n1'), { name: 'n2', state }], left: NONE })).toMatchObject({
        reason: 'NODES_DOWN',
        summary: 'ONTAP volume degraded: 1 of 2 nodes not up',
      });
    },
  );

  it('counts the addresses that are up', () => {
    const lifs = [up('d1'), up('d2'), { name: 'd3', state: 'down' }];

    expect(judgeNetapp(VOLUME, { lifs, left: NONE }).metadata).toMatchObject({ data_lifs: '2/3' });
  });

  it('names no address whose home nobody tells', () => {
    expect(judgeNetapp(VOLUME, { lifs: [up('d1')], left: NONE }).info).not.toContain('d1');
  });

  it.each([
    ['without its state', { ...VOLUME, state: null }],
    ['of a state that nobody knows', { ...VOLUME, state: 'paused' }],
    ['in part offline and without its junction', { ...VOLUME, state: 'mixed', nas: {} }],
  ])('is none on a volume %s', (_what, volume) => {
    expect(() => judgeNetapp(volume, { left: NONE })).toThrow('ONTAP API answered');
  });

  it('tells free space in whole steps of 5 %', () => {
    const answers = [1, 24, 25, 74, 76, 1_000].map((available) =>
      judgeNetapp({ ...VOLUME, space: { size: 1_000, available } }, { left: NONE }),
    );

    expect(answers.map(({ summary }) => summary.replace(/ONTAP volume online, | free/g, ''))).toEqual([
      'less than 5 %',
      'less than 5 %',
      '5 %',
      '5 %',
      '10 %',
      '100 %',
    ]);
  });

  it('names some of many, and stays small', () => {
    const members = Array.from({ length: 1_200 }, (_, index) => offline(`fg__${index + 2}`));
    const { info, metadata } = judgeNetapp({ ...VOLUME, state: 'mixed' }, { members, left: NONE });

    expect(info).toContain(
      'members offline: fg__2 offline, fg__3 offline, fg__4 offline, fg__5 offline, fg__6 offline and 1195 more',
    );
    expect(JSON.stringify(metadata).length).toBeLessThan(500);
  });
});

type Volume = Parameters<typeof judgeNetapp>[0];
type Findings = Parameters<typeof judgeNetapp>[1];

const NEEDED = {
  netapp_ontap_endpoint: 'https://ontap.example',
  netapp_ontap_user: 'volhealth',
  netapp_ontap_password: 'not-a-real-one',
  netapp_volume_name: 'scratch_a',
};

describe('the options', () => {
  it('may have the names that they had in Backend.AI 22.09', async () => {
    const { fake, another } = await volumeOn(netapp);
    const { netapp_ontap_user, netapp_ontap_password } = fake.options;
    const newer = { netapp_ontap_endpoint: undefined, netapp_ontap_user: undefined, netapp_ontap_password: undefined };
    const older = {
      netapp_endpoint: fake.url,
      netapp_admin: netapp_ontap_user,
      netapp_password: netapp_ontap_password,
    };

    expect(await another({ options: { ...newer, ...older } }).ask()).toMatchObject({ status: 'pass' });
  });

  it('have the newer name where they have both', async () => {
    const older = { netapp_endpoint: 'http://127.0.0.1:1', netapp_admin: 'nobody', netapp_password: 'wrong' };
    const { ask } = await volumeOn(netapp, { options: older });

    expect(await ask()).toMatchObject({ status: 'pass' });
  });

  it.each([
    { ...NEEDED, netapp_svm: 'svm_nfs', netapp_verify_ssl: 'false', ca: '/etc/pki/ontap.pem' },
    { ...NEEDED, netapp_ontap_endpoint: ['https://a.example', 'https://b.example:8443'] },
    { ...NEEDED, netapp_ontap_password: { file: '/run/secrets/ontap' } },
    { netapp_ontap_endpoint: 'https://a.example', netapp_ontap_token: { env: 'TOKEN' }, netapp_volume_name: 'v' },
  ])('are good: %o', (options) => {
    expect(backend.options.safeParse(options).success).toBe(true);
  });

  it.each([
    [
      'netapp_ontap_endpoint = "ontap.example"',
      'netapp_ontap_endpoint',
      'expected a URL such as "https://storage.example:443", found a string',
    ],
    [
      'netapp_ontap_endpoint = "https://a:b@ontap.example"',
      'netapp_ontap_endpoint',
      'expected a URL without user and password, found a string',
    ],
    ['netapp_endpoint = 12', 'netapp_endpoint', 'expected a URL such as "https://storage.example:443", found a number'],
    ['netapp_admin = 1', 'netapp_admin', 'expected the name of a user, found a number'],
    [
      'netapp_password = 12',
      'netapp_password',
      'expected a text, { env = "NAME" } or { file = "/PATH" }, found a number',
    ],
    ['netapp_svm = 3', 'netapp_svm', 'expected the name of an SVM, found a number'],
    ['netapp_verify_ssl = "maybe"', 'netapp_verify_ssl', 'expected true or false, found a string'],
    ['ca = 1', 'ca', 'expected a PEM file, found a number'],
  ])('may not hold %s', (line, key, problem) => {
    const { [key]: _, ...rest } = { ...NEEDED } as Record<string, string>;

    expect(problemsOf(() => parseProxyConfig(fileOf(rest, line), 'f'))).toEqual([
      `f:${fileOf(rest).split('\n').length}  volume.v.options.${key}  ${problem}`,
    ]);
  });

  it.each([
    ['netapp_ontap_endpoint', 'expected a URL such as "https://storage.example:443"'],
    ['netapp_ontap_user', 'expected a user and its password, or a netapp_ontap_token'],
    ['netapp_ontap_password', 'expected the password of the user'],
    ['netapp_volume_name', 'expected the name of a volume'],
  ])('must hold %s: %s', (key, message) => {
    const { [key]: _, ...rest } = { ...NEEDED } as Record<string, string>;

    const issues = backend.options.safeParse(rest).error?.issues ?? [];

    expect(issues.map(({ path, message: said }) => [path, said])).toEqual([[[key], message]]);
  });

  it('warn of a key that nobody knows, and of none that Backend.AI has', () => {
    const more = [
      'netapp_nfs_host = "10.0.0.1"',
      'netapp_xcp_cmd = ["xcp"]',
      'netapp_qtree_name = "q"',
      'netapp_user = "u"',
    ];

    expect(parseProxyConfig(fileOf(NEEDED, ...more), 'f').warnings).toEqual([
      expect.stringContaining('volume.v.options.netapp_user  is not a key that is known here'),
    ]);
  });
});

function fileOf(options: object, ...lines: readonly string[]): string {
  return [
    '[storage-proxy]',
    'node-id = "i-proxy1"',
    '[api.manager]',
    'secret = "not-a-real-one"',
    '[volume.v]',
    'backend = "netapp"',
    'path = "/vfroot/v"',
    '[volume.v.options]',
    ...Object.entries(options).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
    ...lines,
    '',
  ].join('\n');
}
