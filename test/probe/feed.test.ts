import { describe, expect, it } from 'vitest';
import { createFeed } from '../../probe/feed.ts';

const createNumbers = () => createFeed<string, number>({ epoch: 'e', snapshot: () => 'all' });

describe('a feed', () => {
  it('gives a snapshot with its position, then every change with its own', async () => {
    const feed = createNumbers();
    feed.publish('a', 1);
    const reader = feed.watch(new AbortController().signal);
    expect((await reader.next()).value).toEqual({
      type: 'snapshot',
      position: { epoch: 'e', seq: 1 },
      snapshot: 'all',
    });
    feed.publish('a', 2);
    expect((await reader.next()).value).toEqual({ type: 'change', position: { epoch: 'e', seq: 2 }, change: 2 });
  });

  it('hands a change to a reader that waits for it', async () => {
    const feed = createNumbers();
    const reader = feed.watch(new AbortController().signal);
    await reader.next();
    const next = reader.next();
    feed.publish('a', 7);
    expect((await next).value).toMatchObject({ change: 7 });
  });

  it('holds only the latest change of each key for a reader that is slow', async () => {
    const feed = createNumbers();
    const reader = feed.watch(new AbortController().signal);
    await reader.next();
    for (let i = 1; i <= 1_000; i += 1) feed.publish(i % 2 === 0 ? 'even' : 'odd', i);
    const changes = [await reader.next(), await reader.next()].map(({ value }) => value);
    expect(changes).toMatchObject([
      { change: 999, position: { seq: 999 } },
      { change: 1_000, position: { seq: 1_000 } },
    ]);
  });

  it('keeps nothing of a reader that has gone', async () => {
    const feed = createNumbers();
    const controller = new AbortController();
    const gone = feed.watch(controller.signal);
    await gone.next();
    await gone.return();
    expect(feed.readers()).toBe(0);
    const aborted = feed.watch(controller.signal);
    await aborted.next();
    expect(feed.readers()).toBe(1);
    controller.abort();
    await aborted.next();
    expect(feed.readers()).toBe(0);
  });

  it('gives what a slow reader has waiting in the order of the changes', async () => {
    const feed = createNumbers();
    const reader = feed.watch(new AbortController().signal);
    await reader.next();
    for (const [key, change] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const) {
      feed.publish(key, change);
    }
    const changes = [await reader.next(), await reader.next()].map(({ value }) => value);
    expect(changes).toMatchObject([{ change: 2 }, { change: 3 }]);
  });

  it('ends with its signal, also while it waits', async () => {
    const feed = createNumbers();
    const controller = new AbortController();
    const reader = feed.watch(controller.signal);
    await reader.next();
    const next = reader.next();
    controller.abort();
    expect((await next).done).toBe(true);
  });
});
