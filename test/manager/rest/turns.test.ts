import { expect, it } from 'vitest';
import { createTurns } from '../../../manager/rest/turns.ts';
import { createFakeClock, settled } from '../../fake-clock.ts';

/** Calls that are out until the test ends them. */
function createCalls(atOnce: number) {
  const clock = createFakeClock();
  const takeTurn = createTurns(clock, atOnce);
  const out = new Map<string, { signal: AbortSignal; end: () => void }>();
  const ended: string[] = [];
  const take = (name: string, { isSlow = false, signal = new AbortController().signal } = {}) => {
    const call = (limit: AbortSignal) =>
      new Promise<void>((resolve) => out.set(name, { signal: limit, end: () => resolve() }));
    takeTurn({ signal, waitMs: 30_000, timeoutMs: 5_000, isSlow, call }).then(
      () => ended.push(name),
      (error: Error) => ended.push(`${name}: ${error.message}`),
    );
  };
  return { clock, take, out, ended };
}

it('lets so many calls be out at once, the others in the order in which they came', async () => {
  const { take, out } = createCalls(2);
  for (const name of ['a', 'b', 'c', 'd']) take(name);
  await settled();
  expect([...out.keys()]).toEqual(['a', 'b']);
  out.get('b')!.end();
  await settled();
  expect([...out.keys()]).toEqual(['a', 'b', 'c']);
});

it('counts the time of a call from its turn on', async () => {
  const { clock, take, out, ended } = createCalls(1);
  take('a');
  take('b');
  await clock.advance(4_000);
  out.get('a')!.end();
  await clock.advance(4_900);
  expect(ended).toEqual(['a']);
  await clock.advance(200);
  expect(ended).toEqual(['a', 'b: timed out after 5 s']);
});

it('gives the turn of a call on whose time is over, though it does not heed that', async () => {
  const { clock, take, out } = createCalls(1);
  take('deaf');
  take('next');
  await clock.advance(5_100);
  expect(out.get('deaf')!.signal.aborted).toBe(true);
  expect([...out.keys()]).toEqual(['deaf', 'next']);
});

it('keeps a turn for calls that are not slow', async () => {
  const { take, out } = createCalls(3);
  for (const name of ['slow1', 'slow2', 'slow3']) take(name, { isSlow: true });
  take('quick');
  await settled();
  expect([...out.keys()]).toEqual(['slow1', 'slow2', 'quick']);
  out.get('slow1')!.end();
  await settled();
  expect([...out.keys()].at(-1)).toBe('slow3');
});

it('forgets who does not wait any more', async () => {
  const { take, out, ended } = createCalls(1);
  const impatient = new AbortController();
  take('a');
  take('b', { signal: impatient.signal });
  take('c');
  await settled();
  impatient.abort(new Error('enough'));
  await settled();
  out.get('a')!.end();
  await settled();
  expect(ended).toEqual(['b: enough', 'a']);
  expect([...out.keys()]).toEqual(['a', 'c']);
});

it('ends a call that nobody waits for any more', async () => {
  const { take, out, ended } = createCalls(1);
  const impatient = new AbortController();
  take('a', { signal: impatient.signal });
  await settled();
  impatient.abort(new Error('enough'));
  await settled();
  expect([out.get('a')!.signal.aborted, ended]).toEqual([true, ['a: enough']]);
});

it('gives a call its time again after a pause of the whole process', async () => {
  const { clock, take, ended } = createCalls(1);
  take('a');
  await settled();
  await clock.pause(60_000);
  expect(ended).toEqual([]);
  await clock.advance(5_100);
  expect(ended).toEqual(['a: timed out after 5 s']);
});

it('is given up where it does not come', async () => {
  const { clock, take, out, ended } = createCalls(1);
  for (let calls = 0; calls < 8; calls += 1) take(`${calls}`);
  await clock.advance(60_000);
  expect([...out.keys()]).toEqual(['0', '1', '2', '3', '4', '5']);
  expect(ended).toEqual(expect.arrayContaining(['6: its turn has not come', '7: its turn has not come']));
});
