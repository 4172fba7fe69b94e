import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAgenda } from '../../probe/agenda.ts';
import { createFakeClock } from '../fake-clock.ts';

it('runs entries in the order of their time, however they were added', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5_000), { maxLength: 60 }), async (times) => {
      const clock = createFakeClock();
      const ran: number[] = [];
      const agenda = createAgenda<number>(clock, (due) => ran.push(...due));
      const startMs = clock.mono();
      for (const time of times) agenda.add(startMs + time, time);
      await clock.advance(6_000);
      expect(ran).toEqual(times.toSorted((a, b) => a - b));
    }),
    { numRuns: 30 },
  );
});

it('needs one timer for ten thousand entries', () => {
  const clock = createFakeClock();
  const agenda = createAgenda<number>(clock, () => {});
  for (let i = 10_000; i > 0; i -= 1) agenda.add(clock.mono() + i, i);
  expect(clock.timers()).toBe(1);
});

it('tells how late it was', async () => {
  const clock = createFakeClock();
  const late: number[] = [];
  const agenda = createAgenda<string>(clock, (_, lateMs) => late.push(lateMs));
  agenda.add(clock.mono() + 100, 'x');
  await clock.pause(5_000);
  expect(late).toEqual([4_900]);
});

it('runs what has come due for whoever cannot wait for its timer, which stands still during a suspend', async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  const agenda = createAgenda<string>(clock, (due) => ran.push(...due));
  agenda.add(clock.mono() + 100, 'first');
  agenda.add(clock.mono() + 60_000, 'second');
  clock.suspend(30_000);
  expect(ran).toEqual([]);
  agenda.flush();
  expect(ran).toEqual(['first']);
  await clock.advance(29_999);
  agenda.flush();
  expect(ran).toEqual(['first']);
  await clock.advance(5_000);
  expect(ran).toEqual(['first', 'second']);
});

it('runs nothing once it was cleared', async () => {
  const clock = createFakeClock();
  const ran: string[] = [];
  const agenda = createAgenda<string>(clock, (due) => ran.push(...due));
  agenda.add(clock.mono() + 100, 'x');
  agenda.clear();
  await clock.advance(1_000);
  expect([ran, clock.timers()]).toEqual([[], 0]);
});
