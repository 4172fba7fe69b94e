import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fake, startFake } from './fake-server.ts';
import { vast, VAST_API_TOKEN } from './vast.ts';

const BY_TOKEN = `Api-Token ${VAST_API_TOKEN}`;

let fake: Fake;
beforeAll(async () => {
  fake = await startFake(vast);
});
afterAll(() => fake.close());
afterEach(async () => {
  vi.useRealTimers();
  await fake.setState('well');
});

interface Answer {
  readonly status: number;
  readonly body: any;
}

const read = async (path: string, authorization = BY_TOKEN): Promise<Answer> => {
  const response = await fetch(`${fake.url}/api/${path}`, { headers: { authorization }, redirect: 'manual' });
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, body: await (isJson ? response.json() : response.text()) };
};

const post = async (path: string, body: unknown): Promise<Answer> => {
  const response = await fetch(`${fake.url}/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

const rightLogin = () => ({ username: fake.options['vast_username'], password: fake.options['vast_password'] });

const cluster = async (): Promise<Answer> => read(`v5/clusters/${String(fake.options['vast_cluster_id'])}/`);

/** How many CNodes are active, of those that are to serve. */
async function activeCnodes(): Promise<[number, number]> {
  const { body } = await read('v5/cnodes/');
  const serving = (body as any[]).filter(({ is_mgmt, enabled }) => enabled && !is_mgmt);
  return [serving.filter(({ state }) => state === 'ACTIVE').length, serving.length];
}

describe('the states of a fake VAST', () => {
  it.each(Object.keys(vast.states).filter((state) => !['cluster-missing', 'failover'].includes(state)))(
    'answers as a cluster that is %s',
    async (state) => {
      await fake.setState(state);

      expect((await cluster()).status).toBe(200);
      expect((await read('clusters/')).status).toBe(200);
      expect((await read('cnodes/')).status).toBe(state === 'tenant-account' ? 403 : 200);
    },
  );

  it.each([
    ['well', { state: 'ONLINE', leader_state: 'UP', ssd_raid_state: 'HEALTHY' }],
    ['unknown-word', { state: 'HIBERNATING' }],
    ['raid-rebuild', { state: 'ONLINE', ssd_raid_state: 'REBUILD', ssd_raid_rebuild_progress: 42 }],
    ['out-of-stripes', { state: 'ONLINE', remaining_stripes_health: 'EMPTY' }],
    ['offline', { state: 'OFFLINE', leader_state: 'DOWN' }],
    ['unknown', { state: 'UNKNOWN', leader_state: 'UNKNOWN' }],
    ['old-release', { state: 'ONLINE', ssd_raid_state: null, nvram_raid_state: '' }],
  ])('says of a cluster that is %s what the vendor would', async (state, said) => {
    await fake.setState(state);

    expect((await cluster()).body).toMatchObject(said);
  });

  it.each([
    ['well', [8, 8]],
    ['cnode-failed', [7, 8]],
    ['cnode-disabled', [7, 7]],
    ['mgmt-cnode-inactive', [8, 8]],
    ['no-cnodes', [0, 8]],
    ['cnodes-list-empty', [0, 0]],
  ])('lists CNodes as they are: %s', async (state, counts) => {
    await fake.setState(state);

    expect(await activeCnodes()).toEqual(counts);
    expect((await cluster()).body.state).toBe('ONLINE');
  });

  it('leaves out the decisive field, or all of them', async () => {
    await fake.setState('missing-field');
    expect((await cluster()).body).not.toHaveProperty('state');

    await fake.setState('empty-list');
    expect([(await cluster()).body, (await read('clusters/')).body, (await read('cnodes/')).body]).toEqual([
      {},
      [],
      [],
    ]);
  });

  it('has another cluster where ours is missing', async () => {
    await fake.setState('cluster-missing');

    expect(await cluster()).toEqual({ status: 404, body: { detail: 'Not found.' } });
    expect((await read('clusters/')).body).toEqual([expect.objectContaining({ name: 'vst-lab', state: 'ONLINE' })]);
  });

  it('refuses CNodes to an account of a tenant, as no new token would change', async () => {
    await fake.setState('tenant-account');

    expect(await read('cnodes/')).toEqual({
      status: 403,
      body: { detail: 'You do not have permission to perform this action.', code: 'permission_denied' },
    });
  });

  it('pages lists, with links that only path and query of are of use', async () => {
    await fake.setState('paged');
    const names: string[] = [];
    let next: string | null = `${fake.url}/api/v5/cnodes/`;

    while (next !== null) {
      const { pathname, search }: URL = new URL(next);
      const { body } = await read(`${pathname.slice('/api/'.length)}${search}`);
      expect(body.count).toBe(9);
      names.push(...(body.results as { name: string }[]).map(({ name }) => name));
      next = body.next as string | null;
    }

    expect(new Set(names).size).toBe(9);
    expect((await read('clusters/')).body.next).toBe('http://vms-internal.example:8080/api/clusters/?page=2');
    expect((await read('cnodes/?page=4')).status).toBe(404);
  });

  it('leads away by its links, if it is hostile, and never to an end', async () => {
    await fake.setState('hostile-paging');

    const { next } = (await read('cnodes/?page=9000')).body as { next: string };
    await fetch(next);

    expect(next).toMatch(/\?page=9001$/);
    expect(fake.strayRequests).toEqual([expect.objectContaining({ path: '/api/cnodes/', query: 'page=9001' })]);
  });

  it('answers with a page of nginx while the management moves', async () => {
    await fake.setState('failover');

    expect(await cluster()).toEqual({ status: 502, body: expect.stringContaining('502 Bad Gateway') });
    expect(await read('token/')).toMatchObject({ status: 502 });
  });
});

describe('the paths of a fake VAST', () => {
  it.each(['', 'v1/', 'v7/', 'latest/'])('are served below /api/%s', async (version) => {
    expect((await read(`${version}cnodes/`)).status).toBe(200);
  });

  it('end with a slash: without one they redirect', async () => {
    const response = await fetch(`${fake.url}/api/v5/cnodes?page=1`, { redirect: 'manual' });

    expect([response.status, response.headers.get('location')]).toEqual([301, `${fake.url}/api/v5/cnodes/?page=1`]);
  });

  it('are not found in versions that nobody knows', async () => {
    expect((await read('v99/cnodes/')).status).toBe(404);
  });
});

describe('the accounts of a fake VAST', () => {
  it('gives tokens that tell by themselves when they end, and are secrets', async () => {
    const { status, body } = await post('token/', rightLogin());
    const claims = JSON.parse(Buffer.from(body.access.split('.')[1], 'base64url').toString()) as { exp: number };

    expect(status).toBe(200);
    expect(Math.abs(claims.exp - Date.now() / 1_000 - 3_600)).toBeLessThan(5);
    expect((await read('cnodes/', `Bearer ${body.access}`)).status).toBe(200);
    expect(fake.secrets()).toEqual(expect.arrayContaining([body.access, body.refresh, VAST_API_TOKEN]));
  });

  it('takes a name and password with each request, too', async () => {
    const { username, password } = rightLogin();
    const basic = (secret: unknown) => `Basic ${btoa(`${String(username)}:${String(secret)}`)}`;

    expect((await read('cnodes/', basic(password))).status).toBe(200);
    expect(await read('cnodes/', basic('guess'))).toEqual({
      status: 401,
      body: { detail: 'Invalid username/password.' },
    });
  });

  it('refuses a wrong password, and who has none', async () => {
    expect(await post('token/', { ...rightLogin(), password: 'guess' })).toEqual({
      status: 401,
      body: { detail: 'No active account found with the given credentials' },
    });
    expect((await post('token/', {})).body).toEqual({
      username: ['This field is required.'],
      password: ['This field is required.'],
    });
    expect((await read('cnodes/', '')).status).toBe(401);
  });

  it('answers to a dead token with 403, and says that it is dead', async () => {
    const { body } = await post('token/', rightLogin());
    fake.expireTokens();

    expect(await read('cnodes/', `Bearer ${body.access}`)).toMatchObject({
      status: 403,
      body: { code: 'token_not_valid', messages: [{ message: 'Token is invalid or expired' }] },
    });
  });

  it('has tokens end by the clock', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { body } = await post('token/', rightLogin());

    vi.setSystemTime(Date.now() + 3_600_000);

    expect((await read('cnodes/', `Bearer ${body.access}`)).status).toBe(403);
    expect((await post('token/refresh/', { refresh: body.refresh })).status).toBe(200);
  });

  it('gives new tokens for one to refresh, by its own name only', async () => {
    const { body } = await post('token/', rightLogin());

    const { status, body: fresh } = await post('token/refresh/', { refresh: body.refresh });

    expect(status).toBe(200);
    expect((await read('cnodes/', `Bearer ${fresh.access}`)).status).toBe(200);
    expect(await post('token/refresh/', { refresh_token: body.refresh })).toEqual({
      status: 400,
      body: { refresh: ['This field is required.'] },
    });
    fake.expireTokens('refresh');
    expect((await post('token/refresh/', { refresh: fresh.refresh })).status).toBe(401);
  });

  it('counts what spends credentials as logins', async () => {
    fake.forget();
    await post('v5/token/', rightLogin());
    await post('token/refresh/', {});
    await read('cnodes/');

    expect([fake.logins(), fake.calls()]).toEqual([2, 1]);
  });
});
