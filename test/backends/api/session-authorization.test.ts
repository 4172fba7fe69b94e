import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ApiFailed, type ApiFailureKind } from '../../../backends/api/api-failed.ts';
import { readTokens, sessionAuthorization, type Tokens } from '../../../backends/api/session-authorization.ts';
import { createMovableClock } from '../../movable-clock.ts';
import { answering, apiThat, sessionOf } from './authorizations.ts';

const signal = new AbortController().signal;
const LIFETIME_MS = 300_000;
const ENV = 'VOLHEALTH_TEST_SESSION_PASSWORD';

function failing(kind: ApiFailureKind, status?: number): () => never {
  return () => {
    throw new ApiFailed('ACME login failed', { kind, system: 'ACME', ...(status === undefined ? {} : { status }) });
  };
}

/** An API that gives out numbered tokens, of which it accepts those that a test wants. */
async function issuing(more: Partial<Tokens> = {}) {
  const clock = createMovableClock();
  const log: string[] = [];
  const can = {
    logIn: (): unknown => null,
    refresh: (): unknown => null,
    isGood: (_token: string, _path: string): boolean => true,
  };
  let given = 0;
  const give = (): Tokens => {
    given += 1;
    return { access: `access-${given}`, refresh: `refresh-${given}`, lifetimeMs: LIFETIME_MS, ...more };
  };
  const { http } = await apiThat(({ path, authorization: sent }) => {
    const token = sent.replace('Bearer ', '');
    log.push(`GET ${path} ${token}`);
    return answering(can.isGood(token, path) ? 200 : 401);
  });
  process.env[ENV] = 'password';
  onTestFinished(() => {
    delete process.env[ENV];
  });
  const authorization = sessionAuthorization(
    {
      async logIn(password) {
        log.push(`log in with ${password}`);
        await can.logIn();
        return give();
      },
      async refresh(token) {
        log.push(`refresh by ${token}`);
        await can.refresh();
        return give();
      },
      isTokenRefused: ({ status }) => status === 401,
    },
    { env: ENV },
    { clock, stopping: new AbortController().signal },
  );
  const session = sessionOf(http, authorization);
  return {
    clock,
    can,
    authorization,
    ask: (path = '/') => session.get(path, z.unknown(), signal),
    /** What happened since it was asked last. */
    happened: () => log.splice(0),
  };
}

const LOGIN = 'log in with password';
const ONE_LOGIN = [LOGIN, 'GET / access-1'];

describe('a session', () => {
  it('logs in once, and keeps its token', async () => {
    const { ask, happened } = await issuing();
    for (let probe = 0; probe < 3; probe += 1) await ask();
    expect(happened()).toEqual([...ONE_LOGIN, 'GET / access-1', 'GET / access-1']);
  });

  it('logs in once for all who wait', async () => {
    const { ask, happened } = await issuing();
    await Promise.all(['/a', '/b', '/c'].map((path) => ask(path)));
    expect(happened().filter((line) => line === LOGIN)).toHaveLength(1);
  });

  it('refreshes its token before that ends, once', async () => {
    const { ask, clock, happened } = await issuing();
    await ask();
    clock.forward(LIFETIME_MS - 29_000);
    await Promise.all([ask('/a'), ask('/b')]);
    expect(happened()).toEqual([...ONE_LOGIN, 'refresh by refresh-1', 'GET /a access-2', 'GET /b access-2']);
  });

  it.each([null, 0, -5])('keeps a token whose lifetime is %s until it is refused', async (lifetimeMs) => {
    const { ask, clock, happened } = await issuing({ lifetimeMs });
    await ask();
    clock.forward(30 * 86_400_000);
    await ask();
    expect(happened()).toEqual([...ONE_LOGIN, 'GET / access-1']);
  });

  it('that slept for longer than its token lives refreshes it, and needs no password', async () => {
    const { ask, clock, happened } = await issuing();
    await ask();
    clock.forward(86_400_000);
    await ask();
    expect(happened()).toEqual([...ONE_LOGIN, 'refresh by refresh-1', 'GET / access-2']);
  });
});

describe('a token that is refused', () => {
  it('is refreshed once, and the call repeated once', async () => {
    const { ask, can, happened } = await issuing();
    await ask();
    can.isGood = (token) => token !== 'access-1';
    await ask();
    expect(happened()).toEqual([...ONE_LOGIN, 'GET / access-1', 'refresh by refresh-1', 'GET / access-2']);
  });

  it('is renewed once by all whose calls it failed', async () => {
    const { ask, can, happened } = await issuing();
    await ask();
    can.isGood = (token) => token !== 'access-1';
    await Promise.all([ask('/a'), ask('/b'), ask('/c')]);
    expect(happened().filter((line) => line.startsWith('refresh') || line === LOGIN)).toEqual([
      LOGIN,
      'refresh by refresh-1',
    ]);
  });

  it.each<[string, () => never]>([
    ['is refused', failing('refused', 401)],
    ['is answered with an error', failing('error', 500)],
    ['is not known', failing('error', 404)],
    ['gets no token', failing('unreadable')],
  ])('takes one login where its refresh %s', async (_, refresh) => {
    const { ask, can, happened } = await issuing();
    await ask();
    can.isGood = (token) => token !== 'access-1';
    can.refresh = refresh;
    await ask();
    expect(happened()).toEqual([...ONE_LOGIN, 'GET / access-1', 'refresh by refresh-1', LOGIN, 'GET / access-2']);
  });

  it.each<ApiFailureKind>(['unreachable', 'untrusted', 'timeout'])(
    'takes no login where its refresh is %s, and is refreshed the next time',
    async (kind) => {
      const { ask, can, happened } = await issuing();
      await ask();
      can.isGood = (token) => token !== 'access-1';
      can.refresh = failing(kind);
      await expect(ask()).rejects.toMatchObject({ kind });
      can.refresh = () => null;
      await ask();
      expect(happened()).not.toContain(`GET / access-3`);
      expect(happened().filter((line) => line === LOGIN)).toEqual([]);
    },
  );

  it('takes a login where the refresh before gave it', async () => {
    const { ask, can, clock, happened } = await issuing();
    await ask();
    clock.forward(LIFETIME_MS);
    can.isGood = (token) => token === 'access-3';
    await ask();
    expect(happened()).toEqual([...ONE_LOGIN, 'refresh by refresh-1', 'GET / access-2', LOGIN, 'GET / access-3']);
  });

  it('is told as a failed authentication where another one is refused as well', async () => {
    const { ask, can, happened } = await issuing();
    await ask();
    can.isGood = () => false;
    await expect(ask()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^ACME API authentication failed \(HTTP 401\); not tried again before \d{4}-/),
    });
    expect(happened()).toEqual([...ONE_LOGIN, 'GET / access-1', 'refresh by refresh-1', 'GET / access-2']);
  });

  it('just after it was given out is not asked for again, but after 1, 2, 4 minutes', async () => {
    const { ask, can, clock, happened } = await issuing();
    can.isGood = () => false;
    for (const minutes of [1, 2, 4]) {
      for (let probe = 0; probe < 5; probe += 1) await expect(ask()).rejects.toThrow('not tried again before');
      expect(happened()).toEqual([LOGIN, expect.stringContaining('GET / ')]);
      clock.forward(minutes * 60_000 + 1);
    }
  });

  it('by one route alone costs at most one login a wait, and ever longer waits', async () => {
    const { ask, can, clock, happened } = await issuing();
    can.isGood = (_token, path) => path !== '/closed';
    for (const minutes of [1, 2, 4, 8]) {
      for (let probe = 0; probe < 5; probe += 1) await Promise.allSettled([ask(), ask('/closed')]);
      expect(happened().filter((line) => line === LOGIN)).toHaveLength(1);
      clock.forward(minutes * 60_000 - 1_000);
      await expect(ask()).rejects.toMatchObject({ kind: 'refused' });
      expect(happened()).toEqual([]);
      clock.forward(1_001);
    }
  });
});

describe('a login', () => {
  it.each<[string, () => never]>([
    ['refused', failing('refused', 401)],
    ['refused without a status', failing('refused')],
    ['not understood', failing('error', 400)],
  ])('that is %s is not made again for a minute', async (_, logIn) => {
    const { ask, can, clock, happened } = await issuing();
    can.logIn = logIn;
    for (let probe = 0; probe < 5; probe += 1) await expect(ask()).rejects.toThrow('not tried again before');
    expect(happened()).toEqual([LOGIN]);
    clock.forward(60_001);
    can.logIn = () => null;
    await ask();
    expect(happened()).toEqual([LOGIN, 'GET / access-1']);
  });

  it('that could not be made is made again by the next call', async () => {
    const { ask, can, happened } = await issuing();
    can.logIn = failing('unreachable');
    await expect(ask()).rejects.toMatchObject({ kind: 'unreachable', message: 'ACME login failed' });
    can.logIn = () => null;
    await ask();
    expect(happened()).toEqual([LOGIN, ...ONE_LOGIN]);
  });

  it('is made at once with a password that has changed', async () => {
    const { ask, can, happened } = await issuing();
    can.logIn = failing('refused', 401);
    await expect(ask()).rejects.toThrow('not tried again before');
    process.env[ENV] = 'another';
    can.logIn = () => null;
    await ask();
    expect(happened()).toEqual([LOGIN, 'log in with another', 'GET / access-1']);
  });

  it('goes on when nobody waits any more, so that a refusal that comes late is heard', async () => {
    let logins = 0;
    const late = Promise.withResolvers<never>();
    const authorization = sessionAuthorization(
      {
        logIn() {
          logins += 1;
          return late.promise;
        },
        refresh: failing('refused'),
        isTokenRefused: () => false,
      },
      'password',
      { clock: createMovableClock(), stopping: new AbortController().signal },
    );
    for (const probe of ['one', 'two', 'three']) {
      const caller = new AbortController();
      const headers = authorization.headers(caller.signal);
      caller.abort(new Error(`${probe} is late`));
      await expect(headers).rejects.toThrow(`${probe} is late`);
    }
    late.reject(new ApiFailed('ACME login refused', { kind: 'refused', system: 'ACME' }));
    await expect(authorization.headers(new AbortController().signal)).rejects.toThrow('not tried again before');
    await expect(authorization.headers(new AbortController().signal)).rejects.toThrow('not tried again before');
    expect(logins).toBe(1);
  });

  it('leaves nothing in the memory of its session but the last few secrets', async () => {
    const { ask, clock, authorization } = await issuing();
    for (let token = 0; token < 100; token += 1) {
      await ask();
      clock.forward(LIFETIME_MS);
    }
    expect(authorization.secrets().length).toBeLessThanOrEqual(16);
    expect(authorization.secrets()).toEqual(
      expect.arrayContaining(['password', 'access-99', 'access-100', 'refresh-100']),
    );
  });
});

describe('the answer to a login', () => {
  const Answer = z.object({ token: z.string() }).transform(({ token }) => ({
    access: token,
    refresh: null,
    lifetimeMs: null,
  }));
  const read = (status: number, body: unknown) => () => readTokens(answering(status, body), Answer, 'ACME');

  it('holds tokens', () => {
    expect(read(201, { token: 'abc' })()).toEqual({ access: 'abc', refresh: null, lifetimeMs: null });
  });

  it.each([
    [200, { token: 'a\r\nx: 1' }, 'unreadable', 'ACME API gave out a token that cannot be sent'],
    [200, { token: '' }, 'unreadable', 'ACME API gave out a token that cannot be sent'],
    [200, {}, 'unreadable', 'ACME API answered without what is needed: `token`: expected string, received undefined'],
    [302, { message: 'Not-To-Be-Shown' }, 'unreadable', 'ACME API redirects a login elsewhere (HTTP 302)'],
    [400, { message: 'Not-To-Be-Shown' }, 'error', 'ACME API answered a login with an error (HTTP 400)'],
    [401, { message: 'Not-To-Be-Shown' }, 'refused', 'ACME login refused (HTTP 401)'],
    [403, { message: 'Not-To-Be-Shown' }, 'refused', 'ACME login refused (HTTP 403: the account may be locked)'],
    [503, { message: 'Not-To-Be-Shown' }, 'error', 'ACME API answered a login with an error (HTTP 503)'],
  ])('of status %s is of no use, and not quoted: %j', (status, body, kind, message) => {
    expect(read(status, body)).toThrow(expect.objectContaining({ kind, message }));
  });
});
