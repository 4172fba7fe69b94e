import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fake, startFake } from './fake-server.ts';
import { weka, WEKA_API_TOKEN } from './weka.ts';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake(weka);
});
afterAll(() => fake.close());
afterEach(async () => {
  vi.useRealTimers();
  await fake.setState('well');
});

interface Answer {
  readonly status: number;
  readonly data: any;
}

const read = async (path: string, authorization = `Bearer ${WEKA_API_TOKEN}`): Promise<Answer> =>
  answerOf(await fetch(`${fake.url}/api/v2${path}`, { headers: { authorization } }));

const post = async (path: string, body: unknown): Promise<Answer> =>
  answerOf(
    await fetch(`${fake.url}/api/v2${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );

async function answerOf(response: Response): Promise<Answer> {
  const { data, message } = (await response.json()) as { data?: unknown; message?: string };
  return { status: response.status, data: data ?? message };
}

const rightLogin = () => ({
  username: fake.options['weka_username'],
  password: fake.options['weka_password'],
  org: fake.options['weka_organization'],
});

async function logIn(): Promise<{ access: string; refresh: string }> {
  const { data } = await post('/login', rightLogin());
  return { access: data.access_token, refresh: data.refresh_token };
}

describe('the states of a fake WEKA', () => {
  it.each(Object.keys(weka.states).filter((state) => !['password-expired', 'healthcheck-only'].includes(state)))(
    'answers as a cluster that is %s',
    async (state) => {
      await fake.setState(state);

      for (const path of ['/cluster', '/fileSystems', '/alerts']) expect((await read(path)).status).toBe(200);
    },
  );

  it.each([
    ['well', { status: 'OK', io_status: 'STARTED', init_stage: 'INITIALIZED', buckets: { active: 130, total: 130 } }],
    ['unknown-word', { status: 'HIBERNATING' }],
    ['unavailable', { status: 'UNAVAILABLE', io_status: 'STARTED', drives: { active: 2, total: 5 } }],
    ['stopped', { status: 'OK', io_status: 'STOPPED' }],
    ['rebuilding', { status: 'REBUILDING', drives: { active: 33, total: 36 } }],
    ['backend-down', { status: 'OK', containers: { backends: { active: 12, total: 13 } } }],
    ['clients-down', { hosts: { backends: { active: 13, total: 13 }, clients: { active: 2, total: 4 } } }],
  ])('says of a cluster that is %s what the vendor would', async (state, said) => {
    await fake.setState(state);

    expect((await read('/cluster')).data).toMatchObject(said);
  });

  it('leaves out the decisive field, or all of them', async () => {
    await fake.setState('missing-field');
    expect((await read('/cluster')).data).not.toHaveProperty('status');

    await fake.setState('empty-list');
    expect([(await read('/cluster')).data, (await read('/fileSystems')).data]).toEqual([{}, []]);
  });

  it('knows hosts instead of containers in an old release', async () => {
    await fake.setState('old-release');

    expect((await read('/cluster')).data).not.toHaveProperty('containers');
    expect((await read('/cluster')).data).not.toHaveProperty('init_stage');
    expect([(await read('/hosts')).status, (await read('/containers')).status]).toEqual([200, 404]);
  });

  it.each([
    ['well', [expect.objectContaining({ is_ready: true, is_removing: false })]],
    ['fs-missing', []],
    ['fs-not-ready', [expect.objectContaining({ is_ready: false })]],
    ['fs-removing', [expect.objectContaining({ is_removing: true })]],
  ])('lists the file system as it is: %s', async (state, rows) => {
    await fake.setState(state);

    const all = (await read('/fileSystems?name=ai-models')).data as { name: string }[];

    expect(all.filter(({ name }) => name === fake.options['weka_fs_name'])).toEqual(rows);
    expect(all.some(({ name }) => name === 'ai-models-archive')).toBe(true);
  });

  it('logs in, but tells nothing, once the password has to be changed', async () => {
    await fake.setState('password-expired');

    const { data } = await post('/login', rightLogin());

    expect(data.password_change_required).toBe(true);
    expect(await read('/cluster', `Bearer ${data.access_token}`)).toEqual({ status: 403, data: 'Forbidden' });
  });

  it('says that it is ok, and no more, without a leader', async () => {
    await fake.setState('healthcheck-only');

    expect(await (await fetch(`${fake.url}/api/v2/healthcheck`)).text()).toBe('"ok"');
    expect((await post('/login', rightLogin())).status).toBe(200);
    expect((await read('/cluster')).status).toBe(503);
  });
});

describe('the accounts of a fake WEKA', () => {
  it('gives a token for five minutes, and a secret it stays', async () => {
    const { status, data } = await post('/login', rightLogin());

    expect({ status, data }).toMatchObject({ status: 200, data: { token_type: 'Bearer', expires_in: 300 } });
    expect((await read('/cluster', `Bearer ${data.access_token}`)).status).toBe(200);
    expect(fake.secrets()).toEqual(
      expect.arrayContaining([data.access_token, data.refresh_token, fake.options['weka_password'], WEKA_API_TOKEN]),
    );
  });

  it('wraps the answer to a login in an array, as the guide prints it', async () => {
    await fake.setState('array-login');

    expect((await post('/login', rightLogin())).data).toEqual([expect.objectContaining({ expires_in: 300 })]);
  });

  it('takes the organization Root where none is named, and no other', async () => {
    const { username, password } = rightLogin();

    expect((await post('/login', { username, password })).status).toBe(200);
    expect((await post('/login', { username, password, org: 'Other' })).status).toBe(401);
  });

  it('takes a login in JSON only', async () => {
    const body = new URLSearchParams({ username: 'volhealth', password: 'x' });

    expect((await fetch(`${fake.url}/api/v2/login`, { method: 'POST', body })).status).toBe(400);
    expect((await post('/login', { username: 'volhealth' })).status).toBe(400);
  });

  it('refuses who has no token, or one that has expired', async () => {
    const { access } = await logIn();
    fake.expireTokens();

    expect(await read('/cluster', `Bearer ${access}`)).toEqual({ status: 401, data: 'Unauthorized' });
    expect((await fetch(`${fake.url}/api/v2/cluster`)).status).toBe(401);
    expect((await read('/cluster')).status).toBe(200);
  });

  it('takes a token for a refresh once, and gives a new one', async () => {
    const { refresh } = await logIn();

    const first = await post('/login/refresh', { refresh_token: refresh });
    const second = await post('/login/refresh', { refresh_token: refresh });
    const third = await post('/login/refresh', { refresh_token: first.data.refresh_token });

    expect([first.status, second.status, third.status]).toEqual([200, 401, 200]);
    expect((await read('/cluster', `Bearer ${third.data.access_token}`)).status).toBe(200);
  });

  it('has tokens for a refresh expire, too, if told to', async () => {
    const { refresh } = await logIn();
    fake.expireTokens('refresh');

    expect((await post('/login/refresh', { refresh_token: refresh })).status).toBe(401);
  });

  it('locks the user out for two minutes after five wrong passwords, right ones too', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const wrong = { ...rightLogin(), password: 'guess' };

    for (let attempt = 1; attempt <= 5; attempt += 1) expect((await post('/login', wrong)).status).toBe(401);
    expect(await post('/login', rightLogin())).toEqual({ status: 403, data: 'User is locked out for 2 minutes' });
    expect((await read('/cluster')).status).toBe(200);

    vi.setSystemTime(Date.now() + 120_000);
    expect((await post('/login', rightLogin())).status).toBe(200);
  });

  it('has tokens expire by the clock', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { access } = await logIn();

    vi.setSystemTime(Date.now() + 300_000);

    expect((await read('/cluster', `Bearer ${access}`)).status).toBe(401);
  });
});
