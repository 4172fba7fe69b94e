import { describe, expect, it } from 'vitest';
import { apiCheck } from '../../../backends/api/api-check.ts';
import { ApiFailed, unknownWord } from '../../../backends/api/api-failed.ts';
import type { ApiSession } from '../../../backends/api/api-session.ts';
import { withoutSecrets } from '../../../backends/api/redaction.ts';
import { OptionUnreadable } from '../../../backends/api/secret.ts';
import type { CheckAnswer } from '../../../backends/backend.ts';

const SECRET = 'Not-To-"Be"-Shown';
const session: ApiSession = {
  get: () => Promise.reject(new Error('not asked')),
  redact: (text) => withoutSecrets(text, [SECRET]),
};
const ANSWER: CheckAnswer = { status: 'pass', reason: 'OK', summary: 'all is well', info: null };

const checkThat = (ask: (signal: AbortSignal) => Promise<CheckAnswer>, timeoutMs = 5_000) =>
  apiCheck(
    { intervalMs: 30_000, timeoutMs, isApiOptional: false },
    { system: 'ACME', session, ask: ({ signal }) => ask(signal) },
  );
const never = new AbortController().signal;
const silent = () => new Promise<never>(() => {});

describe('the check of a management API', () => {
  it.each([
    [undefined, 30_000, 15_000],
    [undefined, 10_000, 8_000],
    [7_000, 30_000, 7_000],
  ])('with a timeout of %s, each %s ms, takes %s ms', (timeoutMs, intervalMs, taken) => {
    const volume = { intervalMs, timeoutMs, isApiOptional: false };
    expect(apiCheck(volume, { system: 'ACME', session, ask: async () => ANSWER })).toMatchObject({
      name: 'backend',
      intervalMs,
      timeoutMs: taken,
    });
  });

  it('yields to the mount where the API is optional', () => {
    const volume = { intervalMs: 1_000, timeoutMs: undefined, isApiOptional: true };
    expect(apiCheck(volume, { system: 'ACME', session, ask: async () => ANSWER }).yieldsToMount).toBe(true);
  });

  it('gives a call that no verdict needs a part of its time, and goes on without it', async () => {
    const volume = { intervalMs: 30_000, timeoutMs: 200, isApiOptional: false };
    const check = apiCheck(volume, {
      system: 'ACME',
      session,
      async ask({ optional }) {
        const [one, two] = await Promise.all([optional(silent), optional(silent, 0.01)]);
        return { ...ANSWER, notChecked: [one, two].map(({ ok }) => String(ok)) };
      },
    });
    expect(await check.ask(never)).toEqual({ ...ANSWER, notChecked: ['false', 'false'] });
  });

  it('counts what came before a call that no verdict needs, however long that may take', async () => {
    const check = apiCheck(
      { intervalMs: 30_000, timeoutMs: 100, isApiOptional: false },
      {
        system: 'ACME',
        session,
        ask: async ({ optional }) => ({ ...ANSWER, info: String((await optional(silent, 1)).ok) }),
      },
    );
    expect(await check.ask(never)).toEqual({ ...ANSWER, info: 'false' });
  });

  it('gives no answer that holds a secret', async () => {
    const told = await checkThat(async () => ({
      ...ANSWER,
      summary: `state ${SECRET}`,
      info: `state ${encodeURIComponent(SECRET)}`,
      metadata: { [SECRET]: 1, name: SECRET, list: [{ deep: JSON.stringify(SECRET) }], count: 7, none: null },
    })).ask(never);
    expect(told).toEqual({
      ...ANSWER,
      summary: 'state ***',
      info: 'state ***',
      metadata: { '***': 1, name: '***', list: [{ deep: '"***"' }], count: 7, none: null },
    });
  });

  it.each([
    ['a word that nobody knows', unknownWord('ACME', 'state', `${'x'.repeat(450)}${SECRET}`)],
    [
      'an error',
      new ApiFailed(`ACME API answered HTTP 400: ${SECRET}`, { kind: 'error', system: 'ACME', status: 400 }),
    ],
    ['a mistake of ours', new TypeError(`${SECRET} is not a function`)],
  ])('rejects with no error that holds a secret, or a part of one: %s', async (_, error) => {
    const told: unknown = await checkThat(() => Promise.reject(error))
      .ask(never)
      .catch((reason: unknown) => reason);
    expect(told).toBeInstanceOf(Error);
    expect((told as Error).message).not.toContain('Not-To');
    expect((told as Error).cause).toBeUndefined();
    expect((told as Error).message.length).toBeLessThan(500);
  });

  it('rejects with what is wrong with the options as it is', async () => {
    const error = new OptionUnreadable('the file /secret cannot be read: ENOENT');
    await expect(checkThat(() => Promise.reject(error)).ask(never)).rejects.toBe(error);
  });

  it('says that the API was too slow before its own time is up', async () => {
    await expect(checkThat(() => new Promise(() => {}), 50).ask(never)).rejects.toMatchObject({
      kind: 'timeout',
      message: 'ACME API gave no whole answer within 0.045 s',
    });
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    const asked = checkThat(() => new Promise(() => {})).ask(caller.signal);
    caller.abort(new Error('stopped'));
    await expect(asked).rejects.toBe(caller.signal.reason);
  });
});
