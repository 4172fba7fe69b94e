import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createJoining } from '../../../backends/api/joining.ts';

const never = new AbortController().signal;

/** A call that ends when a test says so, and hears that it is to stop. */
function calling() {
  const made: { signal: AbortSignal; end: (value: string) => void; fail: (error: Error) => void }[] = [];
  const call = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      made.push({ signal, end: resolve, fail: reject });
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  return { made, call };
}

describe('a call that is under way', () => {
  it('is joined by who asks for the same, and by nobody else', async () => {
    const join = createJoining();
    const { made, call } = calling();
    const same = [join('a', never, call), join('a', never, call)];
    const other = join('b', never, call);
    expect(made).toHaveLength(2);
    made[0]?.end('one');
    made[1]?.end('two');
    expect(await Promise.all([...same, other])).toEqual(['one', 'one', 'two']);
  });

  it('goes on when one of two gives up', async () => {
    const join = createJoining();
    const { made, call } = calling();
    const one = new AbortController();
    const both = [join('a', one.signal, call), join('a', never, call)];
    one.abort(new Error('late'));
    await expect(both[0]).rejects.toThrow('late');
    expect(made[0]?.signal.aborted).toBe(false);
    made[0]?.end('one');
    expect(await both[1]).toBe('one');
  });

  it('is stopped when the last one gives up, and the next one has a call of his own', async () => {
    const join = createJoining();
    const { made, call } = calling();
    const [one, two] = [new AbortController(), new AbortController()];
    const both = [join('a', one.signal, call), join('a', two.signal, call)];
    one.abort(new Error('late'));
    two.abort(new Error('later'));
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(made[0]?.signal.reason).toEqual(new Error('later'));
    const next = join('a', never, call);
    made[1]?.end('two');
    expect(await next).toBe('two');
  });

  it('is not begun by who has given up before', async () => {
    const { made, call } = calling();
    await expect(createJoining()('a', AbortSignal.abort(new Error('late')), call)).rejects.toThrow('late');
    expect(made).toEqual([]);
  });

  it.each(['end', 'fail'] as const)('is not given out any more once it has come to an %s', async (outcome) => {
    const join = createJoining();
    const { made, call } = calling();
    const first = join('a', never, call);
    if (outcome === 'end') made[0]?.end('one');
    else made[0]?.fail(new Error('broken'));
    await first.catch(() => {});
    const second = join('a', never, call);
    expect(made).toHaveLength(2);
    made[1]?.end('two');
    expect(await second).toBe('two');
  });

  it('leaves no listener with who waited', async () => {
    const join = createJoining();
    const { signal } = new AbortController();
    for (let call = 0; call < 20; call += 1) await join('a', signal, async () => call);
    await Promise.allSettled(
      Array.from({ length: 20 }, () => join('b', signal, () => Promise.reject(new Error('no')))),
    );
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
