import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseVolumeHost } from '../../../schema/volume-host.ts';
import type { VirtualFolder } from '../../../schema/vfolder.ts';
import { allFolders, EVERY } from '../../manager/all-folders.ts';
import { ask, globalId, graphql } from '../../manager/graphql/fixture.ts';
import { describeVfolderSource, FOLDERS, GONE } from '../../manager/vfolder-source-suite.ts';
import { GENERATIONS } from '../../rigs/backend-ai-tables.ts';
import { createPostgres, noPostgres, type PostgresServer } from '../../rigs/postgres-server.ts';
import { createFolders, databaseAt, insertFolders, OWNER_ID } from './folders-database.ts';
import { openSource } from './opened-source.ts';

const ALL = { filter: EVERY, after: null, before: null, first: 100, last: null } as const;
const JUST_NOW = 'PostgreSQL cannot be asked for virtual folders just now';
const soon = { timeout: 15_000, interval: 20 };
const ends: (() => unknown)[] = [];
const servers: PostgresServer[] = [];

if (noPostgres !== null) console.log(`skipped, as ${noPostgres}`);

afterAll(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  for (const server of servers) await server.close();
});

async function started(): Promise<PostgresServer> {
  const server = await createPostgres();
  servers.push(server);
  return server;
}

function opened(server: Pick<PostgresServer, 'port'>, more: object = {}) {
  const open = openSource({ ...databaseAt(server), ...more });
  ends.push(open.stop);
  return open;
}

describe.skipIf(noPostgres !== null).each(GENERATIONS)('PostgreSQL with the table of Backend.AI %s', (generation) => {
  describeVfolderSource('the database', async () => {
    const server = await started();
    await createFolders(server, generation);
    if (generation === '23.03') {
      // No version has all of these words, but each has some, and the next will have others.
      const words = [...new Set(FOLDERS.map(({ status }) => status))];
      await server.sql(words.map((word) => `ALTER TYPE vfolderstatus ADD VALUE IF NOT EXISTS '${word}';`).join('\n'));
    }
    await insertFolders(server, FOLDERS);
    return opened(server).source;
  });
});

describe.skipIf(noPostgres !== null)('virtual folders of PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await started();
    await createFolders(server, '26.4');
    await insertFolders(server, FOLDERS);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('are counted by host, without those that are deleted', async () => {
    const { source, hosts } = opened(server);
    expect(source.affected()).toBeNull();
    source.start();
    await expect.poll(source.affected, soon).not.toBeNull();
    const shown = FOLDERS.filter(({ status }) => ![...GONE, 'delete-pending'].includes(status));
    const counts = Map.groupBy(shown, ({ host }) => host);
    expect(source.affected()).toEqual(new Map(Array.from(counts, ([host, folders]) => [host, folders.length])));
    expect(hosts()).toBe(1);
  });

  it('take one statement for all that a request asks by id, and one for its page', async () => {
    const { source, statements } = opened(server);
    const ids = FOLDERS.map(({ id }) => id);
    const nodes = ids.slice(50).map((id) => globalId(`VirtualFolderNode:${id}`));
    const query = `{
      ${ids
        .slice(0, 49)
        .map((id, n) => `folder${n}: vfolderNode(id: "${id}") { name storageHealth { status } }`)
        .join('\n')}
      node(id: "${globalId(`VirtualFolderNode:${ids[49]}`)}") { id }
      nodes(ids: ${JSON.stringify(nodes)}) { id }
      vfolderNodes(first: 100) { edges { cursor node { name status host storageHealth { status } } } pageInfo { hasNextPage } }
      volumeHealthList { affectedVfolders }
    }`;
    const { data, errors } = await ask(graphql({ vfolders: source }), query);
    expect(errors).toBeUndefined();
    expect(data.vfolderNodes.edges.length).toBeGreaterThan(50);
    expect(statements).toHaveLength(2);
  });

  it('are read by a session that cannot write, says who it is, and holds no more connections than it may', async () => {
    const { source, database } = opened(server, { pool_size: 3 });
    await Promise.all(Array.from({ length: 200 }, () => source.page(ALL)));
    const [row] = await database.ask({
      text: `SELECT current_setting('default_transaction_read_only') AS read_only,
        current_setting('statement_timeout') AS timeout, current_setting('application_name') AS name`,
      values: [],
    });
    expect(row).toEqual({ read_only: 'on', timeout: '1800ms', name: 'volhealth' });
    const held = await server.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'volhealth'`);
    expect(Number(held)).toBeLessThanOrEqual(3);
    await expect(database.ask({ text: 'CREATE TEMP TABLE t ()', values: [] })).rejects.toThrow(/read-only|permission/);
  });

  it('are read over a Unix socket, too', async () => {
    const { source } = opened(server, databaseAt(server, { addr: { host: server.directory, port: server.port } }));
    expect(await allFolders(source)).not.toEqual([]);
  });

  it('go on, unnoticed, when all connections are cut', async () => {
    const { source, away } = opened(server);
    const life = new AbortController();
    const readers = Array.from({ length: 4 }, async () => {
      while (!life.signal.aborted) expect((await source.page(ALL)).items).not.toEqual([]);
    });
    for (let turn = 0; turn < 10; turn += 1) {
      await server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'volhealth'`);
    }
    life.abort();
    await Promise.all(readers);
    expect(away).toEqual([]);
  });

  it('have rows as odd as they come, each of which is a folder', async () => {
    const odd = await started();
    await createFolders(odd, '26.4');
    const long = 'x'.repeat(10_000);
    await odd.sql(`ALTER TABLE vfolders ALTER name TYPE text, ALTER host DROP NOT NULL, ALTER status DROP NOT NULL;
      ALTER TABLE vfolders ALTER name DROP NOT NULL;
      INSERT INTO vfolders (id, name, host, status, "user") VALUES
        ('00000000-0000-0000-0000-000000000000', NULL, NULL, NULL, '${OWNER_ID}'),
        ('ffffffff-ffff-ffff-ffff-ffffffffffff', '${long}', ':::', 'DELETED?', '${OWNER_ID}');`);
    const { source } = opened(odd);
    source.start();
    expect(await allFolders(source)).toEqual<VirtualFolder[]>([
      { id: '00000000-0000-0000-0000-000000000000', name: '', host: '', status: '' },
      { id: 'ffffffff-ffff-ffff-ffff-ffffffffffff', name: long, host: ':::', status: 'DELETED?' },
    ]);
    expect(parseVolumeHost(':::')).toBeNull();
    await expect.poll(source.affected, soon).toEqual(
      new Map([
        ['', 1],
        [':::', 1],
      ]),
    );
  });

  it('fail alone where one takes too long, and while too many wait', async () => {
    const { source, away, uncounted } = opened(server, { statement_timeout: 500, pool_size: 1 });
    const locked = server.sql('BEGIN; LOCK TABLE vfolders; SELECT pg_sleep(60);').catch(() => 'unlocked');
    const locks = `SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' AND relation = 'vfolders'::regclass`;
    await expect.poll(() => server.sql(locks), soon).toBe('1');

    await expect(source.page(ALL)).rejects.toThrow(`${JUST_NOW}: it took longer than statement_timeout`);
    source.start();
    await expect
      .poll(() => uncounted, soon)
      .toEqual(['virtual folders cannot be counted: it took longer than statement_timeout']);
    const questions = await Promise.allSettled(Array.from({ length: 400 }, () => source.page(ALL)));
    expect(questions.map((question) => (question.status === 'rejected' ? String(question.reason) : 'ok'))).toContain(
      `VfoldersUnavailable: ${JUST_NOW}: too many ask at once`,
    );

    await server.sql(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60);'`);
    expect(await locked).toBe('unlocked');
    expect(await allFolders(source)).not.toEqual([]);
    expect(away).toEqual([]);
  });
});
