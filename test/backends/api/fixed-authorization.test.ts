import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { basicAuthorization, tokenAuthorization } from '../../../backends/api/fixed-authorization.ts';
import { createMovableClock } from '../../movable-clock.ts';
import { answering, apiThat, sessionOf } from './authorizations.ts';
import { clientOf, NOBODY } from './servers.ts';

const signal = new AbortController().signal;
const ENV = 'VOLHEALTH_TEST_PASSWORD';

function setEnv(value: string): { env: string } {
  process.env[ENV] = value;
  onTestFinished(() => {
    delete process.env[ENV];
  });
  return { env: ENV };
}

describe('HTTP Basic', () => {
  it.each([
    ['user', 'password', 'user:password'],
    ['usér', 'pass:wörd€ ', 'usér:pass:wörd€ '],
    ['user\r\nx-injected: 1', '\u0000', 'user\r\nx-injected: 1:\u0000'],
  ])('sends any user and password in UTF-8, and nothing beside them: %j, %j', async (user, password, pair) => {
    const { authorization = '' } = await basicAuthorization(user, password, createMovableClock()).headers(signal);
    expect(authorization).toMatch(/^Basic [A-Za-z0-9+/=]+$/);
    expect(Buffer.from(authorization.slice(6), 'base64').toString()).toBe(pair);
  });

  it('hides the password, and the form in which it is sent', async () => {
    const authorization = basicAuthorization('user', 'password', createMovableClock());
    await authorization.headers(signal);
    const { redact } = sessionOf(clientOf([NOBODY]), authorization);
    expect(redact(`password dXNlcjpwYXNzd29yZA== dXNlcjpwYXNzd29yZA%3D%3D`)).toBe('*** *** ***');
  });

  it('hides a password that was replaced while a call was out', async () => {
    const authorization = basicAuthorization('user', setEnv('former-one'), createMovableClock());
    await authorization.headers(signal);
    setEnv('present-one');
    await authorization.headers(signal);
    expect(authorization.secrets()).toEqual(expect.arrayContaining(['former-one', 'present-one']));
  });

  it('tries a password that replaced a refused one at once', async () => {
    const authorization = basicAuthorization('user', setEnv('wrong'), createMovableClock());
    const right = Buffer.from('user:right').toString('base64');
    const { http, calls } = await apiThat(({ authorization: sent }) =>
      answering(sent === `Basic ${right}` ? 200 : 401),
    );
    const session = sessionOf(http, authorization);
    const ask = () => session.get('/', z.unknown(), signal);
    for (let probe = 0; probe < 3; probe += 1) await expect(ask()).rejects.toThrow('not tried again before');
    expect(calls).toHaveLength(1);
    setEnv('right');
    expect(await ask()).toEqual({});
  });

  it('is tried once where many volumes ask at the same time, and refused', async () => {
    const { http, calls } = await apiThat(() => answering(401));
    const session = sessionOf(http, basicAuthorization('user', 'password', createMovableClock()));
    const asked = Array.from({ length: 10 }, (_, volume) => session.get(`/${volume}`, z.unknown(), signal));
    const told = await Promise.allSettled(asked);
    expect(told.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'rejected'));
    expect(calls).toHaveLength(1);
  });

  it('is tried once again where many volumes ask after the wait', async () => {
    const clock = createMovableClock();
    const { http, calls } = await apiThat(() => answering(401));
    const session = sessionOf(http, basicAuthorization('user', 'password', clock));
    for (let round = 1; round <= 3; round += 1) {
      await Promise.allSettled([1, 2, 3].map((volume) => session.get(`/${volume}`, z.unknown(), signal)));
      expect(calls).toHaveLength(round);
      clock.forward(600_001);
    }
  });
});

describe('a token that somebody made', () => {
  it('is sent as it is', async () => {
    const { headers } = tokenAuthorization('Bearer', 'abc.def-123', createMovableClock());
    expect(await headers(signal)).toEqual({ authorization: 'Bearer abc.def-123' });
  });

  it.each(['a b', 'a\r\nx-injected: 1', 'tökén', '€', ''])(
    'is not sent if no header can carry it: %j',
    async (token) => {
      const { headers } = tokenAuthorization('Bearer', token, createMovableClock());
      await expect(headers(signal)).rejects.toMatchObject({
        name: 'OptionUnreadable',
        message: 'the token holds characters that cannot be sent',
      });
    },
  );
});
