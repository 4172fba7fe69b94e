import { expect, it } from 'vitest';
import { createLineLimit } from '../../cli/line-limit.ts';
import { createFakeClock } from '../fake-clock.ts';

function createLines() {
  const clock = createFakeClock();
  const lines: string[] = [];
  const limit = createLineLimit(clock, {
    perMinute: 3,
    onOmitted: (key, omitted) => lines.push(`${omitted} more of ${key}`),
  });
  return { clock, lines, limit, write: (key: string) => limit.write(key, () => lines.push(key)) };
}

it('lets through what is few', async () => {
  const { clock, lines, write } = createLines();
  for (let i = 0; i < 9; i += 1) {
    write('a');
    await clock.advance(20_000);
  }
  expect(lines.length).toBe(9);
});

it('says how many more there were, once a minute, and lets through again', async () => {
  const { clock, lines, write } = createLines();
  for (let i = 0; i < 1_000; i += 1) write('a');
  await clock.advance(60_000);
  write('a');
  expect(lines).toEqual(['a', 'a', 'a', '997 more of a', 'a']);
});

it('holds back nothing of another key', () => {
  const { lines, write } = createLines();
  for (let i = 0; i < 10; i += 1) write('a');
  write('b');
  expect(lines).toEqual(['a', 'a', 'a', 'b']);
});

it('leaves no timer behind', () => {
  const { clock, limit, write } = createLines();
  write('a');
  limit.stop();
  expect(clock.timers()).toBe(0);
});
