import { describe, expect, it } from 'vitest';
import { type GpfsTold, gpfs as backend, judgeGpfs, readHealth } from '../../backends/gpfs.ts';
import { findBackend } from '../../backends/register.ts';
import { createFakeClock } from '../fake-clock.ts';
import type { ApplianceAnswer, Dialect } from '../fakes/dialect.ts';
import { otherwise } from '../fakes/otherwise.ts';
import { gpfs } from '../fakes/gpfs.ts';
import { createMovableClock } from '../movable-clock.ts';
import { volumeOn } from './volume-on.ts';

const UNRELIABLE = 'GPFS API gave an answer that cannot be relied on';
const MISSING = 'GPFS file system does not exist';

/** What is said of a volume in each state of its cluster. */
const TOLD = [
  ['well', 'pass', 'OK', 'GPFS cluster healthy, 8/8 nodes online'],
  ['tips', 'pass', 'OK', 'GPFS cluster healthy, 8/8 nodes online'],
  ['one-suspended', 'pass', 'OK', 'GPFS cluster healthy, 7/7 nodes online'],
  ['mounted-elsewhere', 'pass', 'OK', 'GPFS cluster healthy, 8/8 nodes online'],
  ['other-components', 'pass', 'OK', 'GPFS cluster healthy, 8/8 nodes online'],
  ['paged', 'pass', 'OK', 'GPFS cluster healthy, 1200/1200 nodes online'],
  ['no-filter', 'pass', 'OK', 'GPFS cluster healthy, 8/8 nodes online'],
  ['roles-missing', 'pass', 'OK', 'GPFS cluster healthy, 8/8 nodes online'],
  ['camel', 'pass', 'OK', 'GPFS cluster healthy, 8/8 nodes online'],
  ['degraded', 'warn', 'NODES_DOWN', 'GPFS cluster degraded, 7/8 nodes online'],
  ['camel-degraded', 'warn', 'NODES_DOWN', 'GPFS cluster degraded, 7/8 nodes online, 2/3 quorum nodes online'],
  ['tiebreaker', 'warn', 'NODES_DOWN', 'GPFS cluster degraded, 6/8 nodes online, 1/3 quorum nodes online'],
  ['node-degraded', 'warn', 'STORAGE_DEGRADED', 'GPFS cluster degraded, 8/8 nodes online, 1 of them impaired'],
  [
    'fs-degraded',
    'warn',
    'STORAGE_DEGRADED',
    'GPFS cluster degraded, 8/8 nodes online, file system impaired on 1 of them',
  ],
  ['disk-degraded', 'warn', 'STORAGE_DEGRADED', 'GPFS cluster degraded, 8/8 nodes online, 1 disk impaired'],
  ['read-only', 'warn', 'READ_ONLY', 'GPFS file system is mounted read-only, 8/8 nodes online'],
  ['quorum-lost', 'fail', 'STORAGE_DOWN', 'GPFS quorum lost (1/3 quorum nodes online)'],
  ['all-down', 'fail', 'STORAGE_DOWN', 'GPFS cluster down, 0/8 nodes online'],
  ['suspended', 'fail', 'STORAGE_DOWN', 'GPFS has been taken out of service on all nodes'],
  ['not-mounted', 'fail', 'STORAGE_DOWN', 'GPFS file system is not mounted on any node'],
  ['fs-rows-failed', 'fail', 'STORAGE_DOWN', 'GPFS file system has failed on all nodes'],
  ['fs-missing', 'fail', 'FILESYSTEM_MISSING', MISSING],
  ['fs-missing-quoted', 'fail', 'FILESYSTEM_MISSING', MISSING],
  ['unknown-word', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['missing-field', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['empty-list', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['checking', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['fs-list-empty', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['hostile-paging', 'unknown', 'API_BAD_ANSWER', UNRELIABLE],
  ['inner-error', 'unknown', 'API_ERROR', 'GPFS API answers with an error'],
  ['busy', 'unknown', 'API_ERROR', 'GPFS API answers with an error'],
] as const;

describe('a GPFS cluster', () => {
  it.each(TOLD)('that is %s is told as %s, %s: %s', async (state, status, reason, summary) => {
    const { ask } = await volumeOn(gpfs, { state });

    expect(await ask()).toMatchObject({ status, reason, summary });
  });

  it('is told of in every state that the fake plays', () => {
    expect(TOLD.map(([state]) => state).toSorted()).toEqual(Object.keys(gpfs.states).toSorted());
  });

  it.each(Object.keys(gpfs.states))('that is %s shows nobody a secret, and anyone no name', async (state) => {
    const { ask, fake } = await volumeOn(gpfs, { state });

    const answer = await ask();

    expect(fake.secrets().filter((secret) => JSON.stringify(answer).includes(secret))).toEqual([]);
    expect(answer.summary).not.toMatch(/kr-c|nsd_|HTTP|127\.|_down/);
    expect(answer.info).not.toBeNull();
    expect(JSON.stringify(answer.metadata ?? {}).length).toBeLessThan(400);
  });

  it.each([
    ['refused', 'API_UNREACHABLE', 'GPFS API cannot be reached'],
    ['unauthorized', 'API_AUTH_FAILED', 'GPFS API authentication failed'],
    ['forbidden', 'API_AUTH_FAILED', 'GPFS API denies what has to be asked'],
    ['busy', 'API_ERROR', 'GPFS API answers with an error'],
    ['html', 'API_BAD_ANSWER', UNRELIABLE],
    ['error-200', 'API_BAD_ANSWER', UNRELIABLE],
  ])('whose API is %s is unknown: %s, %s', async (state, reason, summary) => {
    const { ask } = await volumeOn(gpfs, { state });

    expect(await ask()).toMatchObject({ status: 'unknown', reason, summary });
  });

  it('tells an administrator who is in trouble, and why', async () => {
    const { ask } = await volumeOn(gpfs, { state: 'disk-degraded' });

    expect((await ask()).info).toBe(
      '8/8 nodes online, 0 taken out of service; mounted read/write on 8; kr-c1: nsd_work_02 DEGRADED disk_down, kr-c2: nsd_work_02 DEGRADED disk_down',
    );
  });

  it('names only some of many nodes', async () => {
    const { ask } = await volumeOn(gpfs, { state: 'quorum-lost' });

    const { info } = await ask();

    expect(info).toContain('kr-c6: FAILED quorum_down and 2 more');
    expect(info).not.toContain('kr-c7');
  });

  it('gives an administrator its name and its counts', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'tiebreaker' });
    for (const what of ['who votes', 'the disks', 'the cluster']) {
      fake.forget();
      await ask();
      expect([what, fake.calls()]).toEqual([what, 4]);
    }

    expect((await ask()).metadata).toEqual({
      cluster: 'kr.hpc.example',
      cluster_id: '16018259135404932741',
      release: '5.2.1-1_240726.103322',
      nodes_online: '6/8',
      nodes_taken_out: 0,
      quorum_nodes_online: '1/3',
      mounted_read_write: 6,
      mounted_read_only: 0,
    });
  });

  it('goes without its name where that is not told, and asks for it again ten minutes later', async () => {
    const clock = createMovableClock();
    const { ask, fake } = await volumeOn(gpfs, { volume: { clock } });
    fake.breakOnly(/cluster$|info$/, 'forbidden');
    for (let probe = 1; probe <= 4; probe += 1) expect(await ask()).toMatchObject({ status: 'pass' });
    expect((await ask()).metadata).not.toHaveProperty('cluster');
    fake.breakOnly(null);
    clock.forward(11 * 60_000);
    await ask();
    expect((await ask()).metadata).toMatchObject({ cluster: 'kr.hpc.example' });
  });

  it('of another name of the same backend is asked in the same way', () => {
    expect(findBackend('spectrumscale')).toBe(backend);
    expect(findBackend('gpfs')).toBe(backend);
  });
});

describe('the calls', () => {
  it('are four while all is well, and no list of quotas', async () => {
    const { ask, fake } = await volumeOn(gpfs);

    await ask();

    expect(fake.requests.map(({ path, query }) => `${path}?${query}`).toSorted()).toEqual([
      '/scalemgmt/v2/filesystems/work?fields=name,mount',
      '/scalemgmt/v2/nodes/%3Aall%3A/health/states?filter=component%3DDISK%2CparentName%3Dwork',
      '/scalemgmt/v2/nodes/%3Aall%3A/health/states?filter=component%3DFILESYSTEM%2CentityName%3Dwork',
      '/scalemgmt/v2/nodes/%3Aall%3A/health/states?filter=component%3DGPFS',
    ]);
  });

  it('end with the first where there is no such file system', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'fs-missing' });

    await ask();

    expect(fake.calls()).toBe(1);
  });

  it('are shared by two volumes that are asked at once', async () => {
    const { ask, another, fake } = await volumeOn(gpfs);

    const answers = await Promise.all([ask(), another({ name: 'volume2' }).ask()]);

    expect(answers.map(({ status }) => status)).toEqual(['pass', 'pass']);
    expect(fake.calls()).toBe(4);
  });

  it('try a refused password once, however many volumes have it', async () => {
    const { ask, another, fake } = await volumeOn(gpfs, { options: { gpfs_password: 'wrong-password' } });

    const answers = [await ask(), await another({ name: 'volume2' }).ask()];

    expect(answers.map(({ summary }) => summary)).toEqual(Array(2).fill('GPFS API authentication failed'));
    expect(JSON.stringify(answers)).not.toContain('wrong-password');
    expect(fake.calls()).toBe(1);
  });

  it('send credentials to no other host, whatever a page says', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'hostile-paging' });

    await ask();

    expect(fake.strayRequests).toEqual([]);
    expect(fake.calls()).toBeLessThan(30);
  });

  it('go to the next GUI node where one is away', async () => {
    const { another, fake } = await volumeOn(gpfs);
    const gpfs_endpoint = ['http://127.0.0.1:1', fake.url];

    expect(await another({ options: { gpfs_endpoint } }).ask()).toMatchObject({ status: 'pass' });
  });
});

describe('the quorum nodes', () => {
  it('are asked for again only after an hour, and once for two volumes', async () => {
    const clock = createFakeClock();
    const { ask, another, fake } = await volumeOn(gpfs, { state: 'degraded', volume: { clock } });
    const count = () => fake.requests.filter(isRoles).length;

    await ask();
    await another({ name: 'volume2' }).ask();
    await clock.advance(3_599_000);
    await ask();
    expect(count()).toBe(1);
    await clock.advance(1_000);
    await ask();
    expect(count()).toBe(2);
  });

  it('do not matter while all nodes are online', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'roles-missing' });

    expect(await ask()).not.toHaveProperty('notChecked');
    expect(fake.requests.filter(isRoles)).toEqual([]);
  });

  it('are left out, and said to be, where they cannot be asked for', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'quorum-lost' });
    fake.breakOnly(/\/nodes\?/);

    expect(await ask()).toMatchObject({
      status: 'fail',
      summary: 'GPFS file system is not mounted on any node',
      notChecked: ['disk health', 'quorum'],
    });
  });

  it('are asked for instead of the disks, and not again for an hour', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'degraded' });

    expect(await ask()).toMatchObject({ notChecked: ['disk health'] });
    expect([fake.requests.filter(isRoles).length, fake.requests.filter(isDisks).length]).toEqual([1, 0]);
    fake.forget();
    expect(await ask()).not.toHaveProperty('notChecked');
    expect([fake.requests.filter(isRoles).length, fake.requests.filter(isDisks).length]).toEqual([0, 1]);
  });

  it('are asked for again ten minutes after a failure, and the disks meanwhile', async () => {
    const clock = createMovableClock();
    const { ask, fake } = await volumeOn(gpfs, { state: 'degraded', volume: { clock } });
    fake.breakOnly(/\/nodes\?/);
    expect(await ask()).toMatchObject({ notChecked: ['disk health', 'quorum'] });
    fake.breakOnly(null);

    expect(await ask()).toMatchObject({ notChecked: ['quorum'] });
    clock.forward(11 * 60_000);
    expect((await ask()).metadata).toMatchObject({ quorum_nodes_online: '3/3' });
  });

  it('are found by names with and without a domain, in upper and lower case', () => {
    const daemons = [row('s1.lab.example'), row('S2'), row('s3', 'SUSPENDED')];

    expect(judged({ daemons, voters: ['s1', 's2', 's3'] }).summary).toBe(
      'GPFS cluster degraded, 2/2 nodes online, 2/3 quorum nodes online',
    );
  });
});

describe('an answer that means something else', () => {
  const unknownName = { status: { code: 400, message: "Invalid value in 'filesystemName'" } };

  it.each([
    ['a bad request of another kind', { status: 400, body: { status: { code: 400, message: 'Invalid fields' } } }],
    ['another failure that names the file system', { status: 500, body: unknownName }],
    ['a list of other file systems', { status: 200, body: { filesystems: [{ name: 'work2' }] } }],
    ['a list of another name', { status: 200, body: { fileSystems: [] } }],
  ])('is no file system that is missing: %s', async (_case, answer) => {
    const { ask } = await volumeOn(answering(/filesystems/, answer));

    expect(await ask()).toMatchObject({ status: 'unknown' });
  });

  it('is one that is missing, though the code comes within', async () => {
    const { ask } = await volumeOn(answering(/filesystems/, { status: 200, body: unknownName }));

    expect(await ask()).toMatchObject({ status: 'fail', reason: 'FILESYSTEM_MISSING' });
  });

  it('is no cluster without quorum nodes', async () => {
    const roles = { nodes: [{ adminNodeName: 'kr-c1', roles: { quorumNode: false } }] };
    const { ask, fake } = await volumeOn(answering(/nodes$/, { status: 200, body: roles }), { state: 'degraded' });
    await ask();
    fake.forget();

    expect(await ask()).toMatchObject({ status: 'warn', notChecked: ['quorum'] });
    expect(fake.requests.filter(isRoles)).toEqual([]);
  });
});

describe('what cannot be asked', () => {
  it.each([
    ['FILESYSTEM', 'file system health'],
    ['DISK', 'disk health'],
  ])('is left out and named: %s', async (component, part) => {
    const { ask, fake } = await volumeOn(gpfs);
    fake.breakOnly(new RegExp(component));

    const { status, notChecked, info } = await ask();

    expect({ status, notChecked }).toEqual({ status: 'pass', notChecked: [part] });
    expect(info).toContain(`not known: ${part}`);
  });

  it('takes only a part of the time, and is left out when that is over', async () => {
    const { ask, fake } = await volumeOn(gpfs, { volume: { timeoutMs: 600 } });
    fake.breakOnly(/DISK/, 'silent');

    expect(await ask()).toMatchObject({ status: 'pass', notChecked: ['disk health'] });
  });

  it.each([/filesystems/, /GPFS/])('makes the whole unknown where it decides: %s', async (pattern) => {
    const { ask, fake } = await volumeOn(gpfs);
    fake.breakOnly(pattern);

    expect(await ask()).toMatchObject({ status: 'unknown', reason: 'API_ERROR' });
  });
});

describe('what Backend.AI gets wrong', () => {
  it('a failed node makes it degraded, not unavailable', async () => {
    const { ask } = await volumeOn(gpfs, { state: 'degraded' });

    expect(await ask()).toMatchObject({ status: 'warn' });
  });

  it('the worst counts, whatever comes last', () => {
    const daemons = [row('s1'), row('s2', 'FAILED'), row('s3', 'DEGRADED')];

    const forth = judgeGpfs({ ...WELL, daemons });

    expect(forth.summary).toBe('GPFS cluster degraded, 2/3 nodes online, 1 of them impaired');
    expect(judgeGpfs({ ...WELL, daemons: daemons.toReversed() }).summary).toBe(forth.summary);
  });

  it('components that are no storage condemn nothing', async () => {
    const { ask } = await volumeOn(gpfs, { state: 'other-components' });

    expect(await ask()).toMatchObject({ status: 'pass' });
  });

  it('TIPS are no fault, and CHECKING is no health', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'tips' });
    expect(await ask()).toMatchObject({ status: 'pass' });

    await fake.setState('checking');
    expect(await ask()).toMatchObject({ status: 'unknown' });
  });

  it('a file system that is mounted nowhere is offline, though every daemon is up', async () => {
    const { ask } = await volumeOn(gpfs, { state: 'not-mounted' });

    expect(await ask()).toMatchObject({ status: 'fail' });
  });

  it('a lost quorum is offline', async () => {
    const { ask } = await volumeOn(gpfs, { state: 'quorum-lost' });

    expect(await ask()).toMatchObject({ status: 'fail' });
  });

  it('1,200 nodes take a few calls and no more, and each page is read', async () => {
    const { ask, fake } = await volumeOn(gpfs, { state: 'paged' });

    expect((await ask()).metadata).toMatchObject({ nodes_online: '1200/1200' });
    expect(fake.calls()).toBeLessThan(12);
  });

  it('connections are used again', async () => {
    const { ask, fake } = await volumeOn(gpfs);

    await ask();
    await ask();
    await ask();

    expect(fake.connections()).toBeLessThanOrEqual(4);
  });

  it('a row without a state is an unreliable answer, and no crash', async () => {
    const { ask } = await volumeOn(gpfs, { state: 'missing-field' });

    expect(await ask()).toMatchObject({
      reason: 'API_BAD_ANSWER',
      info: expect.stringContaining('`0.state`') as string,
    });
  });

  it('a call that is not in the API is not made', async () => {
    const { ask, fake } = await volumeOn(gpfs);

    await ask();

    expect(fake.requests.filter(({ path }) => path.includes('healthcheck'))).toEqual([]);
  });

  it.each(['html', 'half', 'cut-json', 'garbage', 'empty', 'reset', 'huge', 'redirect-away', 'redirect-loop'])(
    'an answer that is %s says nothing of the storage',
    async (state) => {
      const { ask } = await volumeOn(gpfs, { state });

      expect(await ask()).toMatchObject({ status: 'unknown' });
    },
  );

  it('certificates are verified unless that is switched off', () => {
    expect(
      [{}, { gpfs_verify_ssl: true }, { gpfs_verify_ssl: 'false' }].map((more) =>
        backend.options.parse({ ...GOOD, ...more }),
      ),
    ).toMatchObject([{ gpfs_verify_ssl: true }, { gpfs_verify_ssl: true }, { gpfs_verify_ssl: false }]);
  });
});

describe('the rows of a health list', () => {
  const daemon = { component: 'GPFS', entityType: 'NODE', entityName: 's1', reportingNode: 's1', state: 'HEALTHY' };

  it('are read in upper and lower case, with fields nobody knows and without those nobody needs', () => {
    const rows = [
      { ...daemon, component: 'gpfs', state: 'Healthy', extra: 1 },
      { component: 'gpfs', reportingNode: 's2', state: 'tips' },
    ];

    expect(readHealth(rows, { component: 'GPFS' })).toEqual([
      { reportingNode: 's1', entityName: 's1', state: 'HEALTHY' },
      { reportingNode: 's2', state: 'TIPS' },
    ]);
  });

  it('count once where they come twice, as on two pages', () => {
    expect(readHealth([daemon, daemon], { component: 'GPFS' })).toHaveLength(1);
  });

  it('may be anything where they are of another component', () => {
    expect(readHealth([daemon, { component: 'CALLHOME' }, {}], { component: 'GPFS' })).toHaveLength(1);
  });

  it('of the daemons are those of nodes, and of a file system those that are not', () => {
    const named = (entityType: string) => ({ ...daemon, component: 'FILESYSTEM', entityType, entityName: 'work' });

    expect(readHealth([{ ...daemon, entityType: 'NIC' }], { component: 'GPFS' })).toEqual([]);
    expect(
      readHealth([named('NODE'), named('FILESYSTEM')], { component: 'FILESYSTEM', entityName: 'work' }),
    ).toHaveLength(1);
  });

  it.each(['UNKNOWN', 'CHECKING', 'STARTING'])('prove nothing while they are %s', (state) => {
    expect(() => judged({ daemons: [row('s1', state)] })).toThrow('has no verdict');
  });

  it('prove nothing of a node whose word nobody knows, and are quoted', () => {
    const daemons = [row('s1'), row('s2', 'QUIESCING')];

    expect(judged({ daemons })).toMatchObject({
      status: 'warn',
      summary: 'GPFS cluster degraded, 1/2 nodes online',
      info: expect.stringContaining('s2: QUIESCING'),
    });
    expect(() => judged({ daemons: [row('s2', 'QUIESCING')] })).toThrow('QUIESCING');
  });
});

describe('a refusal', () => {
  it('that comes within an answer of 200 is held back like any other', async () => {
    const refusal = { status: { code: 401, message: 'Unauthorized' } };
    const { ask, fake } = await volumeOn(answering(/./, { status: 200, body: refusal }));
    for (let probe = 1; probe <= 4; probe += 1) expect((await ask()).info).toContain('not tried again before');
    expect(fake.calls()).toBe(1);
  });
});

describe('the names of nodes', () => {
  it('of two domains are two nodes: the one that serves is not taken for the one that is down', () => {
    const daemons = [row('gpfs1.dc1.example', 'FAILED'), row('gpfs1.dc2.example')];
    const voters = ['gpfs1.dc1.example', 'gpfs1.dc2.example'];

    expect(judged({ daemons, voters, mount: mount(['gpfs1.dc2.example'], [], 'mounted') })).toMatchObject({
      status: 'warn',
      summary: 'GPFS cluster degraded, 1/2 nodes online, 1/2 quorum nodes online',
    });
  });

  it('may be addresses', () => {
    const daemons = [row('10.0.0.1', 'FAILED'), row('10.0.0.2', 'FAILED'), row('10.0.0.3')];
    const voters = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

    expect(judged({ daemons, voters, mount: mount(['10.0.0.3'], [], 'mounted') }).status).toBe('warn');
  });

  it('that stand twice with other words are believed neither way', () => {
    for (const states of [
      ['FAILED', 'HEALTHY'],
      ['HEALTHY', 'FAILED'],
    ]) {
      const rows = states.map((state) => ({ component: 'GPFS', reportingNode: 's1', entityName: 's1', state }));
      expect(readHealth(rows, { component: 'GPFS' })).toMatchObject([{ reportingNode: 's1', state: 'UNKNOWN' }]);
    }
  });
});

describe('the verdict on what is told', () => {
  it('is that it is down where some have failed, others are silent, and nobody mounts it', () => {
    const daemons = [row('s1', 'FAILED'), row('s2', 'UNKNOWN')];

    expect(judged({ daemons, mount: mount([], [], 'not mounted') }).status).toBe('fail');
    expect(() => judged({ daemons })).toThrow('has no verdict');
  });

  it('is that the file system has failed where all nodes say so, though no mount is told of', () => {
    expect(judged({ mount: null, fileSystem: [row('s1', 'FAILED', 'work')] })).toMatchObject({
      status: 'fail',
      summary: 'GPFS file system has failed on all nodes',
    });
  });

  it('is that all is well', () => {
    expect(judged({})).toMatchObject({ status: 'pass', reason: 'OK' });
    expect(judged({})).not.toHaveProperty('notChecked');
  });

  it.each([
    ['no mount is told of', null],
    ['no list is', mount(undefined, undefined, 'not mounted')],
    ['one list is not', mount([], undefined, 'not mounted')],
    ['the other is not', mount(undefined, [], 'not mounted')],
  ])('is not that it is mounted nowhere where %s', (_case, told) => {
    expect(judged({ mount: told })).toMatchObject({ status: 'pass', notChecked: ['mounts'] });
  });

  it.each([['NOT MOUNTED'], ['not mounted']])('is that it is mounted nowhere by %s', (status) => {
    expect(judged({ mount: mount([], [], status) })).toMatchObject({ status: 'fail' });
  });

  it('is good while lists are late, and the node of the GUI mounts it', () => {
    expect(judged({ mount: mount([], [], 'mounted') })).toMatchObject({ status: 'pass' });
  });

  it.each([['pending'], [undefined]])('is none where nobody mounts it and the status is %s', (status) => {
    expect(() => judged({ mount: mount([], [], status) })).toThrow('mount.status');
  });

  it('is read-only before anything else that is impaired', () => {
    expect(
      judged({ mount: mount([], ['s1'], 'mounted'), daemons: [row('s1'), row('s2', 'DEGRADED'), row('s3', 'FAILED')] }),
    ).toMatchObject({
      status: 'warn',
      reason: 'READ_ONLY',
      summary: 'GPFS file system is mounted read-only, 2/3 nodes online, 1 of them impaired',
    });
  });

  it('is good where some mount it read-only and others read/write', () => {
    expect(judged({ mount: mount(['s1'], ['s2'], 'mounted') })).toMatchObject({ status: 'pass' });
  });

  it('is none where nobody is known to be online, though some are known to be down', () => {
    expect(() => judged({ daemons: [row('s1', 'FAILED'), row('s2', 'UNKNOWN')] })).toThrow(
      'GPFS API has no verdict on 1/2 nodes, UNKNOWN; none is online',
    );
  });

  it('is none where no node is listed, whatever is mounted', () => {
    expect(() => judged({ daemons: [], mount: mount([], [], 'not mounted') })).toThrow('GPFS API lists no node at all');
  });

  it('is none where all nodes are suspended and yet the file system is mounted', () => {
    const daemons = [row('s1', 'SUSPENDED'), row('s2', 'DISABLED')];

    expect(() => judged({ daemons })).toThrow('GPFS API counts no node that is in service');
    expect(judged({ daemons, mount: mount([], [], 'not mounted') })).toMatchObject({ status: 'fail' });
  });

  it('is that it is down where those in service have failed', () => {
    expect(judged({ daemons: [row('s1', 'FAILED'), row('s2', 'DEPEND'), row('s3', 'STOPPED')] }).summary).toBe(
      'GPFS cluster down, 0/2 nodes online',
    );
  });

  it.each([
    [['s1', 's2'], 'GPFS quorum lost (1/2 quorum nodes online)'],
    [['s1', 's2', 's3'], 'GPFS quorum lost (1/3 quorum nodes online)'],
    [['s1', 's2', 's3', 's4'], 'GPFS quorum lost (2/4 quorum nodes online)'],
    [['s1', 's2', 's4'], 'GPFS cluster degraded, 2/4 nodes online, 2/3 quorum nodes online'],
    [['s1', 's2', 's3', 's4', 's5'], 'GPFS cluster degraded, 2/4 nodes online'],
  ])('counts the quorum of %j: %s', (voters, summary) => {
    const daemons = [row('s1'), row('s2', 'FAILED'), row('s3', 'DEPEND'), row('s4')];

    expect(judged({ daemons, voters, mount: mount(['S2.lab.example'], [], 'mounted') }).summary).toBe(summary);
  });

  it.each([
    ['a node of which nothing is known mounts it', mount(['s2', 's9'], [], 'mounted'), 'FAILED'],
    ['a node that is online does', mount(['s1'], [], 'mounted'), 'FAILED'],
    ['nobody says who does', null, 'FAILED'],
    ['the others are merely suspended', mount([], [], 'mounted'), 'SUSPENDED'],
    ['nothing is known of the others', mount([], [], 'mounted'), 'CHECKING'],
  ])('is not that the quorum is lost where %s', (_case, told, state) => {
    const daemons = [row('s1'), row('s2', state), row('s3', state)];

    expect(judged({ daemons, voters: ['s1', 's2', 's3'], mount: told })).toMatchObject({
      status: 'warn',
      reason: 'NODES_DOWN',
    });
  });

  it('does not count a quorum whose nodes are not those of the list', () => {
    const daemons = [row('s1'), row('s2', 'FAILED'), row('s3', 'FAILED')];

    expect(judged({ daemons, voters: ['a1', 's2', 's3'], mount: mount([], [], 'mounted') })).toMatchObject({
      status: 'warn',
      notChecked: ['quorum'],
    });
  });

  it('is degraded where a quorum node has been taken out', () => {
    expect(judged({ daemons: [row('s1'), row('s2', 'SUSPENDED')], voters: ['s1', 's2'] })).toMatchObject({
      reason: 'NODES_DOWN',
      summary: 'GPFS cluster degraded, 1/1 nodes online, 1/2 quorum nodes online',
    });
  });

  it('does not hold against the file system what nodes say that are not online', () => {
    const daemons = [row('s1'), row('s2', 'FAILED')];

    expect(judged({ daemons, fileSystem: [row('s1'), row('s2', 'DEPEND')] })).toMatchObject({ reason: 'NODES_DOWN' });
  });

  it.each([
    ['all who are online say so and nobody mounts it read/write', ['DEPEND', 'FAILED'], [], 'fail'],
    ['one of them says otherwise', ['HEALTHY', 'FAILED'], [], 'warn'],
    ['somebody mounts it read/write', ['FAILED', 'FAILED'], ['s1'], 'warn'],
  ])('on a failed file system where %s', (_case, [first, second], readWrite, status) => {
    const fileSystem = [row('s1', first, 'work'), row('s2', second, 'work')];

    expect(judged({ fileSystem, mount: mount(readWrite, [], 'mounted') })).toMatchObject({ status });
  });

  it('does not count the file system as failed where nobody speaks of it', () => {
    expect(judged({ fileSystem: [], mount: mount([], [], 'mounted') })).toMatchObject({
      status: 'pass',
      notChecked: ['file system health'],
    });
  });

  it('counts a disk once, however many nodes have lost it', () => {
    const disks = [
      row('s1', 'FAILED', 'd1'),
      row('s2', 'DEGRADED', 'd1'),
      row('s2', 'DEPEND', 'd2'),
      row('s1', 'TIPS', 'd3'),
    ];

    expect(judged({ disks }).summary).toBe('GPFS cluster degraded, 3/3 nodes online, 2 disks impaired');
  });

  it('stays short for 1,200 nodes of which each is in trouble', () => {
    const daemons = Array.from({ length: 1_200 }, (_, index) => row(`s${index}.lab.example`, 'DEGRADED'));

    const { info, metadata } = judged({ daemons });

    expect(info?.length).toBeLessThan(500);
    expect(JSON.stringify(metadata).length).toBeLessThan(300);
  });
});

const GOOD = {
  gpfs_endpoint: 'https://gui.example',
  gpfs_username: 'monitor',
  gpfs_password: 'hunter22',
  gpfs_fs_name: 'work',
};

describe('the options', () => {
  it.each([
    ['as Backend.AI has them', {}],
    ['with several GUI nodes', { gpfs_endpoint: ['https://gui1.example', 'https://gui2.example:8443/'] }],
    ['with a password from a file', { gpfs_password: { file: '/run/secrets/gpfs' } }],
    ['with a password from the environment', { gpfs_password: { env: 'GPFS_PASSWORD' } }],
    ['with an authority', { ca: '/etc/ssl/gpfs.pem' }],
    ['with a switch as a text', { gpfs_verify_ssl: 'false' }],
  ])('are good %s', (_case, more) => {
    expect(backend.options.safeParse({ ...GOOD, ...more }).error).toBeUndefined();
  });

  it.each([
    [{ gpfs_endpoint: null }, 'gpfs_endpoint: expected a URL such as "https://storage.example:443"'],
    [{ gpfs_endpoint: 'gui.example' }, 'gpfs_endpoint: expected a URL such as "https://storage.example:443"'],
    [{ gpfs_endpoint: 'https://a:b@gui.example' }, 'gpfs_endpoint: expected a URL without user and password'],
    [{ gpfs_username: null }, 'gpfs_username: expected the name of a user'],
    [{ gpfs_password: null }, 'gpfs_password: expected a text, { env = "NAME" } or { file = "/PATH" }'],
    [{ gpfs_password: '' }, 'gpfs_password: expected a text, { env = "NAME" } or { file = "/PATH" }'],
    [{ gpfs_fs_name: null }, 'gpfs_fs_name: expected the name of a file system'],
    [{ gpfs_fs_name: '' }, 'gpfs_fs_name: expected the name of a file system'],
    [{ gpfs_verify_ssl: 'maybe' }, 'gpfs_verify_ssl: expected true or false'],
    [{ ca: '' }, 'ca: expected a PEM file'],
    [{ gpfs_owner: '1:1' }, ': Unrecognized key: "gpfs_owner"'],
  ])('are refused with %j: %s', (more, message) => {
    const { error } = backend.options.safeParse({ ...GOOD, ...more });

    // Of a choice, what is wrong with its first kind is what a person gets to see.
    const messages = error?.issues.map((issue) => {
      const said = issue.code === 'invalid_union' ? issue.errors[0]?.[0] : issue;
      return `${issue.path.join('.')}: ${said?.message}`;
    });
    expect(messages).toEqual([message]);
  });

  it('may name a file system with whatever characters', async () => {
    const { ask, fake } = await volumeOn(gpfs, { options: { gpfs_fs_name: 'a b?c' } });

    expect(await ask()).toMatchObject({ reason: 'FILESYSTEM_MISSING', info: 'there is no file system "a b?c"' });
    expect(fake.requests[0]?.path).toBe('/scalemgmt/v2/filesystems/a%20b%3Fc');
  });
});

type Row = GpfsTold['daemons'][number];

function row(reportingNode: string, state = 'HEALTHY', entityName = reportingNode): Row {
  return { reportingNode, entityName, state };
}

const WELL: GpfsTold = {
  mount: { status: 'mounted', nodesMountedReadWrite: ['s1', 's2', 's3'], nodesMountedReadOnly: [] },
  daemons: [row('s1'), row('s2'), row('s3')],
  fileSystem: [row('s1', 'HEALTHY', 'work'), row('s2', 'HEALTHY', 'work')],
  disks: [row('s1', 'HEALTHY', 'nsd_1')],
  voters: null,
};

/** What is said of a cluster that is well but for this. */
function judged(more: Partial<GpfsTold>) {
  return judgeGpfs({ ...WELL, ...more });
}

function mount(readWrite: string[] | undefined, readOnly: string[] | undefined, status?: string) {
  return { nodesMountedReadWrite: readWrite, nodesMountedReadOnly: readOnly, status };
}

function isDisks({ query }: { query: string }): boolean {
  return query.includes('DISK');
}

function isRoles({ path }: { path: string }): boolean {
  return path.endsWith('/nodes');
}

/** A cluster whose API answers calls of some paths in this way. */
function answering(pattern: RegExp, answer: ApplianceAnswer): Dialect {
  return otherwise(gpfs, (_own, { path }) => (pattern.test(path) ? answer : {}));
}
