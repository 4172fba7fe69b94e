import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Authorization } from '../../../backends/api/authorization.ts';
import { basicAuthorization } from '../../../backends/api/fixed-authorization.ts';
import type { HttpAnswer } from '../../../backends/api/http-client.ts';
import { createMovableClock } from '../../movable-clock.ts';
import { answering, apiThat, sessionOf } from './authorizations.ts';
import { clientOf, NOBODY } from './servers.ts';

const signal = new AbortController().signal;
const OPEN: Authorization = {
  headers: async () => ({ authorization: 'Bearer Not-To-Be-Shown' }),
  isRefusal: ({ status }) => status === 401,
  canRenew: () => false,
  giveUp: (_refused, refusal) => refusal,
  accepted() {},
  secrets: () => ['Not-To-Be-Shown'],
};

describe('a session with an API', () => {
  it('gives what was answered, as it is wanted', async () => {
    const { http, calls } = await apiThat(() => answering(200, { id: 7, more: true }));
    expect(await sessionOf(http, OPEN).get('/a?b=c', z.object({ id: z.number() }), signal)).toEqual({ id: 7 });
    expect(calls).toEqual([{ path: '/a?b=c', authorization: 'Bearer Not-To-Be-Shown' }]);
  });

  it('asks once for two who want different parts of the same', async () => {
    const { http, calls } = await apiThat(() => answering(200, { a: 1, b: 2 }));
    const session = sessionOf(http, OPEN);
    const parts = [
      session.get('/', z.object({ a: z.number() }), signal),
      session.get('/', z.object({ b: z.number() }), signal),
    ];
    expect(await Promise.all(parts)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(calls).toHaveLength(1);
  });

  it('makes two calls at a time once the first has shown that it is let in', async () => {
    const waiting: ((answer: HttpAnswer) => void)[] = [];
    const { http, calls } = await apiThat(({ path }) =>
      path === '/first' ? answering(200) : new Promise((resolve) => waiting.push(resolve)),
    );
    const session = sessionOf(http, OPEN);
    await session.get('/first', z.unknown(), signal);
    const both = [session.get('/a', z.unknown(), signal), session.get('/b', z.unknown(), signal)];
    await expect.poll(() => calls.length).toBe(3);
    for (const resolve of waiting) resolve(answering(200));
    await Promise.all(both);
  });

  it('tries refused credentials no more in calls that have waited for their turn', async () => {
    let isGood = true;
    const { http, calls } = await apiThat(() => answering(isGood ? 200 : 401));
    const session = sessionOf(http, basicAuthorization('u', 'password', createMovableClock()), 1);
    await session.get('/first', z.unknown(), signal);
    isGood = false;
    const queued = Array.from({ length: 10 }, (_, nth) => session.get(`/${nth}`, z.unknown(), signal));
    const outcomes = await Promise.allSettled(queued);
    expect(outcomes.map(({ status }) => status)).toEqual(queued.map(() => 'rejected'));
    expect(calls.map(({ path }) => path)).toEqual(['/first', '/0']);
  });

  it('hears of a refusal that comes when nobody waits any more', async () => {
    const late = Promise.withResolvers<HttpAnswer>();
    const { http, calls } = await apiThat(() => late.promise);
    const session = sessionOf(http, basicAuthorization('u', 'password', createMovableClock()));
    for (const probe of ['one', 'two', 'three']) {
      const caller = new AbortController();
      const asked = session.get('/', z.unknown(), caller.signal);
      await expect.poll(() => calls).toHaveLength(1);
      caller.abort(new Error(`${probe} is late`));
      await expect(asked).rejects.toThrow(`${probe} is late`);
    }
    late.resolve(answering(401));
    await expect(session.get('/', z.unknown(), signal)).rejects.toThrow('not tried again before');
    expect(calls).toHaveLength(1);
  });

  it('hears out the call that tries, whoever gives up, and only then makes the next one', async () => {
    const trying = Promise.withResolvers<HttpAnswer>();
    const { http, calls } = await apiThat(({ path }) => (path === '/b' ? answering(200) : trying.promise));
    const session = sessionOf(http, OPEN);
    const caller = new AbortController();
    const first = session.get('/a', z.unknown(), caller.signal);
    const second = session.get('/b', z.unknown(), signal);
    await expect.poll(() => calls).toHaveLength(1);
    caller.abort(new Error('late'));
    await expect(first).rejects.toThrow('late');
    expect(calls.map(({ path }) => path)).toEqual(['/a']);
    trying.resolve(answering(200));
    expect(await second).toEqual({});
    expect(calls.map(({ path }) => path)).toEqual(['/a', '/b']);
  });

  it('does not make the call of one who gave up while another one tried', async () => {
    const trying = Promise.withResolvers<HttpAnswer>();
    const { http, calls } = await apiThat(() => trying.promise);
    const session = sessionOf(http, OPEN);
    const caller = new AbortController();
    const first = session.get('/a', z.unknown(), signal);
    const second = session.get('/b', z.unknown(), caller.signal);
    caller.abort(new Error('late'));
    await expect(second).rejects.toThrow('late');
    trying.resolve(answering(200));
    await first;
    expect(calls.map(({ path }) => path)).toEqual(['/a']);
  });

  it('hides what it knows to be secret', () => {
    expect(sessionOf(clientOf([NOBODY]), OPEN).redact('Bearer Not-To-Be-Shown')).toBe('Bearer ***');
  });
});
