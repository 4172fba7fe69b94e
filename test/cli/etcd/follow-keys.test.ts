import { describe, expect, it } from 'vitest';
import { followKeys } from '../../../cli/etcd/follow-keys.ts';
import type { KeyHearer, Pairs } from '../../../cli/etcd/key-store.ts';
import { createFakeClock, settled } from '../../fake-clock.ts';

/** A store that does as it is told, and those who follow it. */
function follow({ members = 1, isAway = false } = {}) {
  const clock = createFakeClock();
  const told: (string | null)[] = [];
  const opened: number[] = [];
  let closed = 0;
  let hearer: KeyHearer | null = null;
  const store = { value: 'a', isAway, reads: 0 };
  const stop = followKeys({
    members,
    clock,
    onPairs: (pairs: Pairs) => told.push(pairs.get('k') ?? null),
    onAway: (error) => told.push((error as Error).message),
    open: async (member) => {
      opened.push(member);
      if (store.isAway) throw new Error('away');
      return {
        read: async () => {
          store.reads += 1;
          return new Map([['k', store.value]]);
        },
        watch: async (listening) => {
          hearer = listening;
        },
        close: () => (closed += 1),
      };
    },
  });
  return { clock, told, opened, store, stop, closed: () => closed, hearer: () => hearer! };
}

describe('keys that are followed', () => {
  it('are read at once, and again once a burst of changes has been quiet for 2 s', async () => {
    const { clock, told, store, hearer, stop } = follow();
    await settled();
    for (const value of ['b', 'c', 'd']) {
      store.value = value;
      hearer().onChange();
      await clock.advance(1_500);
    }
    expect(told).toEqual(['a']);
    await clock.advance(500);
    expect(told).toEqual(['a', 'd']);
    stop();
  });

  it('are read 10 s after the first change, though changes never end', async () => {
    const { clock, store, hearer, stop } = follow();
    await settled();
    for (let tick = 0; tick < 11; tick += 1) {
      hearer().onChange();
      await clock.advance(1_000);
    }
    expect(store.reads).toBe(2);
    stop();
  });

  it('are read every minute, as a watch may be dead', async () => {
    const { clock, told, store, stop } = follow();
    await settled();
    store.value = 'b';
    await clock.advance(59_000);
    expect(told).toEqual(['a']);
    await clock.advance(1_000);
    expect(told).toEqual(['a', 'b']);
    stop();
  });

  it('are followed over a cut that is short without a word', async () => {
    const { clock, told, opened, closed, store, hearer, stop } = follow();
    await settled();
    store.value = 'b';
    hearer().onBroken(new Error('cut'));
    await clock.advance(1_000);
    expect([told, opened.length, closed()]).toEqual([['a', 'b'], 2, 1]);
    stop();
  });

  it('are said to be away once no member can be asked, ever more seldom, and are read when one is back', async () => {
    const { clock, told, opened, store, hearer, stop } = follow({ members: 2 });
    await settled();
    store.isAway = true;
    hearer().onBroken(new Error('cut'));
    await clock.advance(1_000);
    expect(told).toEqual(['a']);
    await clock.advance(1_000);
    expect(told).toEqual(['a', 'away']);
    await clock.advance(600_000);
    expect(opened.length).toBeLessThan(40);
    store.isAway = false;
    await clock.advance(30_000);
    expect(told.at(-1)).toBe('a');
    stop();
  });

  it('leave no timer and no connection behind when they are followed no more', async () => {
    for (const isAway of [false, true]) {
      const { clock, opened, closed, stop } = follow({ isAway });
      await settled();
      stop();
      await clock.advance(100_000);
      expect([clock.timers(), opened.length, closed() > 0]).toEqual([0, 1, !isAway]);
    }
  });
});
