import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../backends/api/turns.ts';

const never = new AbortController().signal;

/** Calls that end when they are told to, and which of them have begun. */
function calls() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const call = (name: string) => async () => {
    begun.push(name);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    return name;
  };
  return { begun, call, end: (name: string) => ends.get(name)?.() };
}

/** Whatever can go on has gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('are taken by so many calls at once, the others in the order in which they came', async () => {
    const { begun, call, end } = calls();
    const takeTurn = createTurns(2);
    const results = ['a', 'b', 'c', 'd'].map((name) => takeTurn(never, call(name)));
    await settled();
    expect(begun).toEqual(['a', 'b']);
    end('b');
    await settled();
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c']) end(name);
    await settled();
    end('d');
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are passed on by a call that fails', async () => {
    const takeTurn = createTurns(1);
    await expect(takeTurn(never, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    expect(await takeTurn(never, async () => 7)).toBe(7);
  });

  it('are not waited for by who gives up, and are not lost by it', async () => {
    const { begun, call, end } = calls();
    const takeTurn = createTurns(1);
    const first = takeTurn(never, call('a'));
    const giving = new AbortController();
    const second = takeTurn(giving.signal, call('b'));
    const third = takeTurn(never, call('c'));
    giving.abort(new Error('given up'));
    await expect(second).rejects.toThrow('given up');
    end('a');
    await first;
    await settled();
    expect(begun).toEqual(['a', 'c']);
    end('c');
    expect(await third).toBe('c');
    expect(await takeTurn(never, async () => 'free')).toBe('free');
  });

  it('are taken by nobody who has given up before', async () => {
    const takeTurn = createTurns(1);
    await expect(takeTurn(AbortSignal.abort(new Error('too late')), async () => 7)).rejects.toThrow('too late');
  });
});
