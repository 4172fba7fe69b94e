import { afterEach, describe, expect, it, vi } from 'vitest';
import { askerOf, jsonOf, requestFor, textOf } from './asking.ts';
import { basicToken } from './basic-credentials.ts';
import { gpfs } from './gpfs.ts';

const BASE = '/scalemgmt/v2';
const STATES = `${BASE}/nodes/%3Aall%3A/health/states`;
const FILESYSTEM = `${BASE}/filesystems/work?fields=name,mount`;
const DAEMONS = `${STATES}?filter=component%3DGPFS`;
const FILESYSTEM_ROWS = `${STATES}?filter=component%3DFILESYSTEM%2CentityName%3Dwork`;
const DISK_ROWS = `${STATES}?filter=component%3DDISK`;
const ROLES = `${BASE}/nodes?fields=adminNodeName,adminNodename,roles.quorumNode`;
const CALLS = [
  `${BASE}/info`,
  `${BASE}/cluster`,
  ROLES,
  FILESYSTEM,
  DAEMONS,
  FILESYSTEM_ROWS,
  DISK_ROWS,
  STATES,
  `${BASE}/nodes/kr-c1/health/events`,
  `${BASE}/gnr/clustermgmt/nodes/kr-c1/state`,
];

type Row = Record<string, unknown>;

function create() {
  const appliance = gpfs.create();
  return { appliance, ask: askerOf(appliance, 'gpfs_username', 'gpfs_password') };
}

function rowsOf(url: string, state = 'well'): Row[] {
  const body = jsonOf(create().ask(url, state));
  return Object.entries(body).find(([name]) => !['status', 'paging'].includes(name))?.[1] as Row[];
}

describe('gpfs', () => {
  it('is well first', () => {
    expect(Object.keys(gpfs.states)[0]).toBe('well');
  });

  it.each(Object.keys(gpfs.states))('answers every call in the state %s', (state) => {
    const { ask } = create();

    for (const call of CALLS) {
      const { status, headers, body } = ask(call, state);

      expect(status).toBeGreaterThanOrEqual(200);
      expect(textOf(body)).not.toBe('');
      expect(headers).toHaveProperty('content-type');
    }
  });

  it.each(Object.keys(gpfs.states).filter((state) => state !== 'well'))('says otherwise than well when %s', (state) => {
    const { ask } = create();
    const saidWhen = (name: string) => CALLS.map((call) => textOf(ask(call, name).body));

    expect(saidWhen(state)).not.toEqual(saidWhen('well'));
  });

  it('has no state that it does not name', () => {
    expect(() => create().ask(DAEMONS, 'weird')).toThrow('gpfs has no state weird');
  });

  it('prints integers of 64 bits as they are', () => {
    expect(create().ask(`${BASE}/cluster`, 'well').body).toContain('"clusterId":16018259135404932741,');
  });
});

describe('a filter', () => {
  it('asks for all of its terms', () => {
    expect(
      rowsOf(FILESYSTEM_ROWS).map(({ component, entityName }) => `${String(component)} ${String(entityName)}`),
    ).toEqual(Array.from({ length: 8 }, () => 'FILESYSTEM work'));
  });

  it('can be of what something is not', () => {
    const rows = rowsOf(`${DAEMONS}%2Cstate%21%3DHEALTHY`, 'degraded');

    expect(rows).toMatchObject([{ reportingNode: 'kr-c6', state: 'FAILED', reasons: ['gpfs_down'] }]);
  });

  it('can be of what lies deeper', () => {
    expect(rowsOf(`${BASE}/nodes?filter=roles.quorumNode%3Dtrue`)).toHaveLength(3);
  });

  it('is refused if it is none', () => {
    expect(create().ask(`${STATES}?filter=component`, 'well').status).toBe(400);
  });

  it('does nothing on an old release', () => {
    const components = rowsOf(DAEMONS, 'no-filter').map(({ component }) => component);

    expect(new Set(components).size).toBeGreaterThan(10);
  });
});

describe('the fields', () => {
  it('of a list are the names unless more is asked for', () => {
    expect(rowsOf(`${BASE}/nodes`)[0]).toEqual({ adminNodeName: 'kr-c1' });
    expect(rowsOf(`${BASE}/nodes?fields=:all:`)[0]).toHaveProperty('status.gpfsState', 'HEALTHY');
    expect(rowsOf(`${BASE}/filesystems/work`)).toEqual([{ name: 'work' }]);
  });

  it('are those asked for, and what lies below them', () => {
    expect(rowsOf(ROLES)[0]).toEqual({ adminNodeName: 'kr-c1', roles: { quorumNode: true } });
    expect(rowsOf(FILESYSTEM)[0]).toMatchObject({
      name: 'work',
      mount: { status: 'mounted', mountPoint: '/gpfs/work' },
    });
  });

  it('spell the name of a node otherwise on some releases', () => {
    expect(rowsOf(ROLES, 'camel')[0]).toHaveProperty('adminNodename', 'kr-c1');
  });
});

describe('paging', () => {
  it('lists a thousand rows, and then leads to the others', () => {
    const { ask } = create();
    const first = jsonOf(ask(DAEMONS, 'paged'));
    const { next } = first['paging'] as { next: string };
    const second = jsonOf(ask(next, 'paged'));

    expect(new URL(next).origin).toBe('https://gui.example');
    expect([first['states'], second['states']].map((rows) => (rows as Row[]).length)).toEqual([1000, 200]);
    expect(second).not.toHaveProperty('paging');
    expect((second['states'] as Row[]).every(({ component }) => component === 'GPFS')).toBe(true);
  });

  it('goes on from an id, too', () => {
    const { ask } = create();
    const { lastId } = jsonOf(ask(ROLES, 'paged'))['paging'] as { lastId: number };

    expect(jsonOf(ask(`${ROLES}&lastId=${lastId}`, 'paged'))['nodes']).toHaveLength(200);
  });

  it('leads to somebody else, on and on, when hostile', () => {
    const { ask } = create();
    const nextOf = (url: string) => new URL((jsonOf(ask(url, 'hostile-paging'))['paging'] as { next: string }).next);
    const first = nextOf(DAEMONS);
    const second = nextOf(first.pathname + first.search);

    expect([first.origin, second.origin]).toEqual(['http://attacker.invalid', 'http://attacker.invalid']);
    expect(second.search).not.toBe(first.search);
  });
});

describe('what is not there', () => {
  it.each([
    ['fs-missing', "Invalid value in 'filesystemName'"],
    ['fs-missing-quoted', 'Invalid value in filesystemName'],
  ])('is a bad request when %s', (state, message) => {
    const answer = create().ask(FILESYSTEM, state);

    expect([answer.status, jsonOf(answer)]).toEqual([400, { status: { code: 400, message } }]);
  });

  it('is a bad request in every state, for a file system and for a node', () => {
    const { ask } = create();

    expect(ask(`${BASE}/filesystems/play`, 'well').status).toBe(400);
    expect(ask(`${BASE}/nodes/kr-c99/health/states`, 'well').status).toBe(400);
  });

  it('is a page of the web server for a path that the API does not have', () => {
    const { ask } = create();

    expect([`${BASE}/healthcheck`, '/healthcheck'].map((path) => ask(path, 'well'))).toMatchObject([
      { status: 404, headers: { 'content-type': expect.stringContaining('text/html') as string } },
      { status: 404 },
    ]);
  });
});

describe('the states', () => {
  it.each([
    ['unknown-word', 'QUIESCING', 8],
    ['missing-field', undefined, 8],
    ['tips', 'TIPS', 8],
    ['all-down', 'FAILED', 8],
    ['quorum-lost', 'FAILED', 7],
    ['tiebreaker', 'FAILED', 2],
    ['one-suspended', 'SUSPENDED', 1],
    ['node-degraded', 'DEGRADED', 1],
    ['other-components', 'HEALTHY', 8],
  ])('%s has daemons that are %s', (state, word, count) => {
    expect(rowsOf(DAEMONS, state).filter((row) => row['state'] === word)).toHaveLength(count);
  });

  it.each([
    ['well', 'mounted', [8, 0, 0]],
    ['degraded', 'mounted', [7, 0, 0]],
    ['tiebreaker', 'mounted', [6, 0, 0]],
    ['quorum-lost', 'not mounted', [0, 0, 0]],
    ['all-down', 'not mounted', [0, 0, 0]],
    ['not-mounted', 'not mounted', [0, 0, 0]],
    ['mounted-elsewhere', 'not mounted', [7, 0, 0]],
    ['read-only', 'mounted', [0, 8, 0]],
    ['fs-rows-failed', 'mounted', [0, 0, 1]],
  ])('%s is %s on the node of the GUI', (state, status, counts) => {
    const [filesystem] = rowsOf(FILESYSTEM, state);
    const mount = filesystem?.['mount'] as Record<string, string[]>;
    const lists = ['nodesMountedReadWrite', 'nodesMountedReadOnly', 'nodesMountedInternally'];

    expect(mount['status']).toBe(status);
    expect(lists.map((name) => mount[name]?.length)).toEqual(counts);
  });

  it('fail with HTTP 200 when the error is an inner one', () => {
    const answer = create().ask(DAEMONS, 'inner-error');

    expect([answer.status, jsonOf(answer)]).toMatchObject([200, { status: { code: 500 } }]);
  });

  it('tell of a cause by its events', () => {
    expect(rowsOf(`${BASE}/nodes/kr-c6/health/events?filter=component=GPFS`, 'degraded')).toMatchObject([
      { name: 'gpfs_down', severity: 'ERROR' },
    ]);
  });
});

describe('the account', () => {
  afterEach(() => vi.restoreAllMocks());

  const wrong = requestFor(DAEMONS, { authorization: `Basic ${basicToken('monitor', 'wrong')}` });

  it('is asked for with every request, in HTML', () => {
    const answers = [requestFor(DAEMONS), wrong].map((request) => create().appliance.answer(request, 'well'));

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(answers[0]?.body).toContain('<!DOCTYPE html>');
  });

  it('is locked for ten minutes after five wrong passwords', () => {
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_000);
    const { appliance, ask } = create();
    for (let times = 0; times < 5; times += 1) appliance.answer(wrong, 'well');

    expect(ask(DAEMONS, 'well').status).toBe(401);
    now.mockReturnValue(1_000 + 10 * 60_000);
    expect(ask(DAEMONS, 'well').status).toBe(200);
  });

  it('is not locked by wrong passwords with right ones between', () => {
    const { appliance, ask } = create();
    for (let times = 0; times < 5; times += 1) {
      appliance.answer(wrong, 'well');
      expect(ask(DAEMONS, 'well').status).toBe(200);
    }
  });

  it('is in no answer', () => {
    const { appliance, ask } = create();
    const said = Object.keys(gpfs.states).flatMap((state) => CALLS.map((call) => textOf(ask(call, state).body)));

    expect(appliance.secrets().filter((secret) => said.some((text) => text.includes(secret)))).toEqual([]);
  });
});

describe('an error', () => {
  it.each([401, 403, 404, 429, 500, 503])('%d is worded as the vendor words it', (status) => {
    expect(gpfs.create().error(status)).toMatchObject({ status, body: expect.stringMatching(/./) as string });
  });
});
