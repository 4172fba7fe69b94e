import { describe, expect, test } from 'vitest';
import { attempt } from '../../backends/attempt.ts';

const never = new AbortController().signal;
const throwAtOnce = (): never => {
  throw new Error('boom');
};
const hang = () => new Promise<never>(() => {});

describe('an attempt', () => {
  test('gives the value of a call', async () => {
    expect(await attempt(async () => 7, { signal: never, timeoutMs: 10_000 })).toEqual({ ok: true, value: 7 });
  });

  test.each<[string, () => Promise<never>, string]>([
    ['rejects', () => Promise.reject(new TypeError('boom')), 'boom'],
    ['rejects with something that is no error', () => Promise.reject('boom'), 'boom'],
    ['throws at once', throwAtOnce, 'boom'],
  ])('gives the failure of a call that %s', async (_, call, message) => {
    expect(await attempt(call, { signal: never, timeoutMs: 10_000 })).toMatchObject({ ok: false, error: { message } });
  });

  test('may be given a fraction of a millisecond', async () => {
    expect(await attempt(async () => 7, { signal: never, timeoutMs: 800 / 3 })).toEqual({ ok: true, value: 7 });
  });

  test('waits for nobody beyond its slice of time', async () => {
    expect(await attempt(hang, { signal: never, timeoutMs: 1 })).toMatchObject({
      ok: false,
      error: { name: 'TimeoutError' },
    });
  });

  test('ends with the check that it is part of', async () => {
    const error = new Error('stopped');
    expect(await attempt(hang, { signal: AbortSignal.abort(error), timeoutMs: 10_000 })).toEqual({ ok: false, error });
  });

  test('leaves nothing behind where the call throws at once and its time is up already', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    expect(await attempt(throwAtOnce, { signal, timeoutMs: 10_000 })).toMatchObject({
      ok: false,
      error: { message: 'boom' },
    });
  });

  test('tells the call to stop', async () => {
    const told = Promise.withResolvers<void>();
    const call = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => told.resolve());
      return hang();
    };
    await attempt(call, { signal: never, timeoutMs: 1 });
    await expect(told.promise).resolves.toBeUndefined();
  });
});
