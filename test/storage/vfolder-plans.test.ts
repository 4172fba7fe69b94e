import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../cli/postgres/database.ts';
import { countSql, findSql, pageSql, probeSql } from '../../cli/postgres/vfolder-sql.ts';
import type { VfolderPageOptions } from '../../manager/vfolders.ts';
import { EVERY } from '../manager/all-folders.ts';
import type { Generation } from '../rigs/backend-ai-tables.ts';
import { createPostgres, noPostgres, type PostgresServer } from '../rigs/postgres-server.ts';
import { BIG, fillWithMillion, MIDDLING, TINY } from './million-folders.ts';

if (noPostgres !== null) console.log(`skipped, as ${noPostgres}`);

const MIDDLE = '80000000-0000-4000-8000-000000000000';
const DEEP = 'f8000000-0000-4000-8000-000000000000';
/** Of the million: what a host of 10,000 takes, with indexes that know nothing of each other. */
const BOUNDED = 50_000;
const EXACT = 1_000;

let server: PostgresServer;
let client: pg.Client;

function open(generation: Generation): void {
  beforeAll(async () => {
    server = await createPostgres();
    await fillWithMillion(server, generation);
    const role = { user: 'volhealth', password: 'hunter2', database: 'backend' };
    client = new pg.Client({ host: '127.0.0.1', port: server.port, ...role });
    await client.connect();
  }, 120_000);
  afterAll(async () => {
    await client.end();
    await server.close();
  });
}

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Node Type': string;
  readonly Plans?: readonly Plan[];
}

/** How many rows of the table, or entries of its indexes, the statement read. */
async function rowsRead({ text, values }: Sql): Promise<number> {
  const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>({ text: explain, values: [...values] });
  const visit = (plan: Plan): number => {
    const below = (plan.Plans ?? []).reduce((sum, inner) => sum + visit(inner), 0);
    if (!plan['Node Type'].includes('Scan')) return below;
    const removed = (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
    return below + (plan['Actual Rows'] + removed) * plan['Actual Loops'];
  };
  return visit(rows[0]!['QUERY PLAN'][0]!.Plan);
}

const page = (filter: Partial<VfolderPageOptions['filter']>, more: Partial<VfolderPageOptions> = {}): Sql =>
  pageSql({ filter: { ...EVERY, ...filter }, after: null, before: null, first: 100, last: null, ...more });

const back = { first: null, last: 100, before: MIDDLE };

const SHAPES: Readonly<Record<string, Sql>> = {
  'whether the table is there': probeSql,
  'a hundred ids': findSql(
    Array.from({ length: 100 }, (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`),
  ),
  'the first page': page({}),
  'a deep page': page({}, { after: DEEP }),
  'a page back': page({}, back),
  'the first page of a name that every fifth has': page({ name: '.local' }),
  'a page of a name that one has': page({ name: 'folder-7' }, { after: MIDDLE }),
  'a page of a name that nobody has': page({ name: 'nobody' }, { after: MIDDLE }),
  'a page of a common status': page({ status: ['ready'] }, { after: MIDDLE }),
};

const onHost = (host: string): Readonly<Record<string, Sql>> => ({
  'the first page': page({ host }),
  'a deep page': page({ host }, { after: DEEP }),
  'a page from the beginning': page({ host }, { after: '00000000-0000-4000-8000-000000000000' }),
  'a page back': page({ host }, back),
});

const HOSTS = { 'of 600,000': BIG, 'of 10,000': MIDDLING, 'of 5': TINY, 'of nothing': 'nobody:v' };

describe.skipIf(noPostgres !== null)('a million folders of Backend.AI 26.4, with its own indexes', () => {
  open('26.4');

  it.each(Object.entries(SHAPES))('%s reads few of them', async (_, sql) => {
    expect(await rowsRead(sql)).toBeLessThan(EXACT);
  });

  it.each(Object.entries(HOSTS))('any page of a host %s reads a bounded number of them', async (_, host) => {
    for (const [shape, sql] of Object.entries(onHost(host))) {
      expect({ shape, isBounded: (await rowsRead(sql)) < BOUNDED }).toEqual({ shape, isBounded: true });
    }
  });

  it.each(['error', 'delete-pending', 'nothing'])(
    'a page of the rare status %s reads a bounded number',
    async (word) => {
      expect(await rowsRead(page({ status: [word] }, { after: MIDDLE }))).toBeLessThan(BOUNDED);
    },
  );

  it('are counted by reading them once', async () => {
    expect(await rowsRead(countSql)).toBeLessThanOrEqual(1_100_000);
  });
});

describe.skipIf(noPostgres !== null)('a million folders of Backend.AI 23.03', () => {
  open('23.03');

  it.each(Object.entries(SHAPES))('%s reads few of them', async (_, sql) => {
    expect(await rowsRead(sql)).toBeLessThan(EXACT);
  });

  it('have no index by host: a page of a small one reads them all', async () => {
    expect(await rowsRead(page({ host: TINY }))).toBeGreaterThan(900_000);
  });

  it('have one once it is made as documented: then any page of any host reads few', async () => {
    await server.sql('CREATE INDEX ON vfolders (host, id); ANALYZE vfolders;');
    for (const host of Object.values(HOSTS)) {
      for (const [shape, sql] of Object.entries(onHost(host))) {
        expect({ host, shape, isFew: (await rowsRead(sql)) < EXACT }).toEqual({ host, shape, isFew: true });
      }
    }
  });
});
