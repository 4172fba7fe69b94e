import { expect, it } from 'vitest';
import { createHistory } from '../../manager/history.ts';

it('gives the latest events of a subject, the oldest first', () => {
  const history = createHistory<number>({ perSubject: 10, total: 100 });
  for (const event of [1, 2, 3]) history.add('a', event);
  expect([history.of('a', 2), history.of('a', 9), history.of('b', 9)]).toEqual([[2, 3], [1, 2, 3], []]);
});

it('loses the oldest of a subject that has too many, and nothing of another', () => {
  const history = createHistory<number>({ perSubject: 3, total: 100 });
  history.add('b', 0);
  for (let event = 1; event <= 50; event += 1) history.add('a', event);
  expect([history.of('a', 9), history.of('b', 9)]).toEqual([[48, 49, 50], [0]]);
});

it('loses the oldest of all where there are too many in all', () => {
  const history = createHistory<number>({ perSubject: 3, total: 5 });
  for (let event = 1; event <= 12; event += 1) history.add(`subject ${event % 4}`, event);
  const kept = [0, 1, 2, 3].flatMap((subject) => history.of(`subject ${subject}`, 9)).toSorted((a, b) => a - b);
  expect(kept).toEqual([8, 9, 10, 11, 12]);
});

it('counts what a subject has lost already only once', () => {
  const history = createHistory<number>({ perSubject: 1, total: 4 });
  for (const [subject, event] of [
    ['a', 1],
    ['a', 2],
    ['b', 3],
    ['c', 4],
    ['d', 5],
    ['e', 6],
  ] as const) {
    history.add(subject, event);
  }
  expect(['a', 'b', 'c', 'd', 'e'].map((subject) => history.of(subject, 9))).toEqual([[], [3], [4], [5], [6]]);
});
