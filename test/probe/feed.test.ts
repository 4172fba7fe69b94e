import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFeed, type FeedPosition, formatPosition, parsePosition, type WatchOptions } from '../../probe/feed.ts';
import { createFakeClock } from '../fake-clock.ts';

/** A feed of numbers; its snapshot is the latest number of each key. */
function createNumbers({ remembered = 10_000 } = {}) {
  const clock = createFakeClock();
  const state: Record<string, number> = {};
  const feed = createFeed<Record<string, number>, number>({
    epoch: 'e',
    snapshot: () => ({ ...state }),
    clock,
    remembered,
  });
  const controller = new AbortController();
  return {
    clock,
    feed,
    end: () => controller.abort(),
    publish: (key: string, change: number) => {
      state[key] = change;
      feed.publish(key, change);
    },
    watch: (options: Omit<WatchOptions, 'signal'> = {}) => feed.watch({ ...options, signal: controller.signal }),
  };
}

const at = (seq: number): FeedPosition => ({ epoch: 'e', seq });

describe('a reader of a feed', () => {
  it('gets a snapshot with its position, then every change with its own', async () => {
    const { publish, watch } = createNumbers();
    publish('a', 1);
    const reader = watch();
    expect((await reader.next()).value).toEqual({ type: 'snapshot', position: at(1), snapshot: { a: 1 } });
    publish('a', 2);
    expect((await reader.next()).value).toEqual({ type: 'change', position: at(2), after: 1, key: 'a', change: 2 });
  });

  it('is handed a change that it waits for', async () => {
    const { publish, watch } = createNumbers();
    const reader = watch();
    await reader.next();
    const next = reader.next();
    publish('a', 7);
    expect((await next).value).toMatchObject({ change: 7 });
  });

  it('begins again with a snapshot where something has moved that is no change of a key', async () => {
    const { feed, publish, watch } = createNumbers();
    publish('a', 1);
    const readers = [watch(), watch({ keys: ['b'] })];
    for (const reader of readers) await reader.next();
    const waiting = readers.map((reader) => reader.next());
    feed.renew();
    const told = { type: 'snapshot', position: at(2), snapshot: { a: 1 } };
    for (const next of waiting) expect((await next).value).toEqual(told);
    expect((await watch({ since: at(1) }).next()).value).toEqual(told);
    publish('a', 2);
    expect((await watch({ since: at(2) }).next()).value).toMatchObject({ type: 'change', after: 2, position: at(3) });
  });

  it('gets the latest change alone of each key, in their order, where it was slow', async () => {
    const { publish, watch } = createNumbers();
    const reader = watch();
    await reader.next();
    for (let i = 1; i <= 1_000; i += 1) publish(i % 2 === 0 ? 'even' : 'odd', i);
    const changes = [await reader.next(), await reader.next()].map(({ value }) => value);
    expect(changes).toMatchObject([
      { change: 999, after: 0, position: at(999) },
      { change: 1_000, after: 999, position: at(1_000) },
    ]);
  });

  it('gets a snapshot again where it was slower than changes are remembered', async () => {
    const { publish, watch } = createNumbers({ remembered: 10 });
    const reader = watch();
    await reader.next();
    for (let i = 1; i <= 11; i += 1) publish(`key${i}`, i);
    expect((await reader.next()).value).toMatchObject({ type: 'snapshot', position: at(11) });
  });

  it('ends with its signal, also while it waits, and is then forgotten', async () => {
    const { feed, watch, end, clock } = createNumbers();
    const reader = watch({ idleMs: 1_000 });
    await reader.next();
    const next = reader.next();
    expect([feed.readers(), clock.timers()]).toEqual([1, 1]);
    end();
    expect((await next).done).toBe(true);
    expect([feed.readers(), clock.timers()]).toEqual([0, 0]);
  });

  it('is forgotten when it leaves', async () => {
    const { feed, watch } = createNumbers();
    const reader = watch();
    await reader.next();
    await reader.return();
    expect(feed.readers()).toBe(0);
  });

  it('hears that there is nothing, as often as it wants to', async () => {
    const { watch, clock } = createNumbers();
    const reader = watch({ idleMs: 2_000 });
    await reader.next();
    for (let i = 0; i < 2; i += 1) {
      const next = reader.next();
      await clock.advance(2_000);
      expect((await next).value).toEqual({ type: 'idle', position: at(0) });
    }
  });

  it('hears that there is nothing when it wants to, anew each time it waits', async () => {
    const { watch, clock } = createNumbers();
    const waitsMs = [1_000, 3_000];
    const reader = watch({ idleMs: () => waitsMs.shift() ?? Infinity });
    await reader.next();
    const startMs = clock.mono();
    const heardMs: number[] = [];
    for (let i = 0; i < 2; i += 1) {
      const next = reader.next().then(() => heardMs.push(clock.mono() - startMs));
      await clock.advance(1_000 + 2_000 * i);
      await next;
    }
    expect(heardMs).toEqual([1_000, 4_000]);
  });
});

describe('a reader that comes back', () => {
  it('gets what it missed, and no snapshot', async () => {
    const { publish, watch } = createNumbers();
    for (const [key, change] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const) {
      publish(key, change);
    }
    const reader = watch({ since: at(1) });
    const changes = [await reader.next(), await reader.next()].map(({ value }) => value);
    expect(changes).toMatchObject([
      { change: 2, after: 1 },
      { change: 3, after: 2 },
    ]);
  });

  it('goes on without a word where it missed nothing', async () => {
    const { publish, watch } = createNumbers();
    publish('a', 1);
    const reader = watch({ since: at(1) });
    const next = reader.next();
    publish('a', 2);
    expect((await next).value).toMatchObject({ change: 2, after: 1 });
  });

  it.each([
    ['another epoch', { epoch: 'f', seq: 1 }],
    ['a position that has not been reached', at(9)],
    ['a position too far back', at(0)],
  ])('gets a snapshot for %s', async (_, since) => {
    const { publish, watch } = createNumbers({ remembered: 2 });
    for (let i = 1; i <= 3; i += 1) publish('a', i);
    expect((await watch({ since }).next()).value).toMatchObject({ type: 'snapshot', position: at(3) });
  });
});

describe('a reader of one key', () => {
  it('hears of no other', async () => {
    const { publish, watch } = createNumbers();
    const reader = watch({ keys: ['b'] });
    await reader.next();
    const next = reader.next();
    publish('a', 1);
    publish('b', 2);
    expect((await next).value).toMatchObject({ key: 'b', change: 2, position: at(2) });
  });

  it('has not fallen behind because others move', async () => {
    const { publish, watch } = createNumbers({ remembered: 2 });
    const reader = watch({ keys: ['b'] });
    await reader.next();
    const next = reader.next();
    for (let i = 1; i <= 100; i += 1) publish('a', i);
    publish('b', 7);
    expect((await next).value).toMatchObject({ type: 'change', change: 7 });
  });

  it('gets the latest change it missed', async () => {
    const { publish, watch } = createNumbers();
    publish('b', 1);
    publish('b', 2);
    publish('a', 3);
    expect((await watch({ keys: ['b'], since: at(0) }).next()).value).toMatchObject({ change: 2, position: at(2) });
  });
});

describe('a reader of several keys', () => {
  it('hears of each of them, and of no other', async () => {
    const { publish, watch } = createNumbers();
    const reader = watch({ keys: ['b', 'c'] });
    await reader.next();
    for (const key of ['c', 'b']) {
      const next = reader.next();
      publish('a', 1);
      publish(key, 2);
      expect((await next).value).toMatchObject({ key, change: 2 });
    }
  });

  it('gets the latest change that it missed of each, in their order', async () => {
    const { publish, watch } = createNumbers();
    for (const [change, key] of ['c', 'b', 'c', 'a', 'd'].entries()) publish(key, change);
    const reader = watch({ keys: ['d', 'c', 'b'], since: at(0) });
    const changes = [await reader.next(), await reader.next(), await reader.next()].map(({ value }) => value);
    expect(changes).toMatchObject([
      { key: 'b', after: 0, position: at(2) },
      { key: 'c', after: 2, position: at(3) },
      { key: 'd', after: 3, position: at(5) },
    ]);
  });
});

it('brings every reader to the same state, whatever it misses and however often it is cut', async () => {
  const step = fc.oneof(
    fc.record({ key: fc.constantFrom('a', 'b', 'c'), change: fc.nat() }),
    fc.constantFrom('read', 'cut'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { publish, watch, feed, end } = createNumbers({ remembered: 4 });
      let reader = watch({ idleMs: 0 });
      let state: Record<string, number> = {};
      let position: FeedPosition | null = null;
      const read = async (): Promise<void> => {
        const { value: message } = await reader.next();
        if (message === undefined || message.type === 'idle') return;
        position = message.position;
        state = message.type === 'snapshot' ? message.snapshot : { ...state, [message.key]: message.change };
      };
      const hasNews = () => position === null || position.seq < feed.position().seq;
      for (const next of steps) {
        if (next === 'read' && hasNews()) await read();
        else if (next === 'cut') {
          await reader.return();
          reader = watch({ since: position });
        } else if (typeof next === 'object') publish(next.key, next.change);
      }
      while (hasNews()) await read();
      const whole = (await watch().next()).value;
      end();
      expect(whole).toEqual({ type: 'snapshot', position, snapshot: state });
    }),
  );
});

it('writes positions so that it reads them again, and reads nothing else', () => {
  expect(parsePosition(formatPosition({ epoch: 'a:b', seq: 12 }))).toEqual({ epoch: 'a:b', seq: 12 });
  expect(['', ':1', 'e', 'e:', 'e:-1', 'e:1.5', 'e:x'].map(parsePosition)).toEqual(
    Array.from({ length: 7 }, () => null),
  );
});
