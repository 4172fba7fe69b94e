import { describe, expect, it } from 'vitest';
import type { Database, Row } from '../../../cli/postgres/database.ts';
import { createPostgresVfolders } from '../../../cli/postgres/postgres-vfolders.ts';
import { countSql, probeSql } from '../../../cli/postgres/vfolder-sql.ts';
import { createFakeClock, settled } from '../../fake-clock.ts';

const ID = '6f1c2a54-0a0b-4f6e-9a51-0123456789ab';
const REFUSED = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
const TOO_LONG = Object.assign(new Error('canceling statement'), { code: '57014', severity: 'ERROR' });

/** A database that does what it is told, and notes what it is asked. */
function world() {
  const clock = createFakeClock();
  const asked: string[] = [];
  let answer: Promise<readonly Row[]> = Promise.resolve([]);
  const said: (string | null)[] = [];
  const uncounted: (string | null)[] = [];
  let hosts = 0;
  const database: Pick<Database, 'ask'> = {
    ask: ({ text }) => {
      asked.push(text === countSql.text ? 'count' : text === probeSql.text ? 'look' : 'folders');
      return answer;
    },
  };
  const source = createPostgresVfolders({
    database,
    countIntervalMs: 60_000,
    clock,
    onAway: (sentence) => said.push(sentence),
    onUncounted: (sentence) => uncounted.push(sentence),
    onHosts: () => {
      hosts += 1;
    },
  });
  return {
    clock,
    source,
    asked: () => asked.splice(0).join(' '),
    said,
    uncounted,
    hosts: () => hosts,
    answers: (rows: readonly Row[]) => {
      answer = Promise.resolve(rows);
    },
    /** Leaves questions open, until the function that it gives fails them. */
    holds: () => {
      const { promise, reject } = Promise.withResolvers<never>();
      answer = promise;
      return reject;
    },
    fails: (why: Error) => {
      answer = Promise.reject(why);
      // Where nobody asks, nobody hears of it.
      answer.catch(() => {});
    },
    isAnswered: () =>
      source.findMany([ID]).then(
        () => true,
        () => false,
      ),
  };
}

describe('a database that is away', () => {
  it('is looked for every second, and asked by nobody else', async () => {
    const { clock, fails, isAnswered, asked, said } = world();
    fails(REFUSED);
    expect(await isAnswered()).toBe(false);
    for (let n = 0; n < 100; n += 1) expect(await isAnswered()).toBe(false);
    expect(asked()).toBe('folders');
    await clock.advance(3_500);
    expect(asked()).toBe('look look look');
    expect(said).toEqual([
      'PostgreSQL cannot be asked for virtual folders since 2026-01-22T10:00:00.000Z: connection refused',
    ]);
  });

  it('is there again once it answers, and says so once', async () => {
    const { clock, fails, answers, isAnswered, asked, said, source } = world();
    fails(REFUSED);
    await isAnswered();
    fails(new Error('Connection terminated unexpectedly'));
    await clock.advance(1_000);
    expect(source.away()).toMatch(/since 2026-01-22T10:00:00.000Z: it hangs up$/);
    answers([]);
    await clock.advance(1_000);
    expect(said.slice(2)).toEqual([null]);
    expect(await isAnswered()).toBe(true);
    await clock.advance(30_000);
    expect(asked()).toBe('folders look look folders');
  });

  it('is not away anew by a question that was lost in an outage that is over', async () => {
    const { clock, fails, answers, holds, isAnswered, said } = world();
    const loseIt = holds();
    const late = isAnswered();
    fails(REFUSED);
    await isAnswered();
    answers([]);
    await clock.advance(1_000);
    loseIt(REFUSED);
    expect(await late).toBe(false);
    expect(said.slice(1)).toEqual([null]);
    expect(await isAnswered()).toBe(true);
  });

  it('is not looked for any more once its reader has stopped', async () => {
    const { clock, fails, isAnswered, asked, source } = world();
    fails(REFUSED);
    await isAnswered();
    asked();
    source.stop();
    await clock.advance(120_000);
    expect(asked()).toBe('');
    expect(clock.timers()).toBe(0);
  });

  it('is not one that answers that our question is none: that is our fault', async () => {
    const { fails, source, said } = world();
    const fault = Object.assign(new Error('invalid byte sequence'), { code: '22021', severity: 'ERROR' });
    fails(fault);
    await expect(source.findMany([ID])).rejects.toBe(fault);
    expect(said).toEqual([]);
  });
});

describe('the folders of each host', () => {
  const rows = [
    { host: 'p:v', count: 3 },
    { host: 'p:w', count: 1 },
  ];

  it('are counted at the start and at each interval, whatever is asked meanwhile', async () => {
    const { clock, answers, asked, source } = world();
    answers(rows);
    source.start();
    await settled();
    for (let n = 0; n < 50; n += 1) source.affected();
    expect(asked()).toBe('count');
    expect(source.affected()).toEqual(new Map(rows.map(({ host, count }) => [host, count])));
    await clock.advance(180_000);
    expect(asked()).toBe('count count count');
  });

  it('are told of when they are on other hosts, and not for each folder more', async () => {
    const { clock, answers, source, hosts } = world();
    answers(rows);
    source.start();
    await settled();
    answers(rows.map((row) => ({ ...row, count: 9 })));
    await clock.advance(60_000);
    expect([hosts(), source.affected()?.get('p:w')]).toEqual([1, 9]);
    answers(rows.slice(1));
    await clock.advance(60_000);
    expect(hosts()).toBe(2);
  });

  it('stay as they were while the database is away, and are counted as soon as it is back', async () => {
    const { clock, answers, fails, asked, source, uncounted } = world();
    answers(rows);
    source.start();
    await settled();
    fails(REFUSED);
    await clock.advance(60_000);
    expect(source.affected()?.get('p:v')).toBe(3);
    answers(rows.map((row) => ({ ...row, count: 4 })));
    asked();
    await clock.advance(1_000);
    expect(asked()).toBe('look count');
    expect(source.affected()?.get('p:v')).toBe(4);
    expect(uncounted).toEqual([null, null]);
  });

  it('that take too long to count are a warning of their own', async () => {
    const { clock, answers, fails, source, said, uncounted } = world();
    fails(TOO_LONG);
    source.start();
    await settled();
    expect([said, source.affected()]).toEqual([[], null]);
    expect(uncounted).toEqual(['virtual folders cannot be counted: it took longer than statement_timeout']);
    answers(rows);
    await clock.advance(60_000);
    expect(uncounted.at(-1)).toBeNull();
  });
});
