import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { VfoldersUnavailable } from '../../../manager/vfolders.ts';
import type { DatabaseConfig } from '../../../schema/database-config.ts';
import { allFolders } from '../../manager/all-folders.ts';
import { FOLDERS } from '../../manager/vfolder-source-suite.ts';
import { createPostgres, noPostgres, type PostgresServer } from '../../rigs/postgres-server.ts';
import { freePort } from '../volhealth.ts';
import { createFolders, databaseAt, insertFolders } from './folders-database.ts';
import { openSource } from './opened-source.ts';

const soon = { timeout: 15_000, interval: 20 };
const ends: (() => unknown)[] = [];
let server: PostgresServer;

if (noPostgres !== null) console.log(`skipped, as ${noPostgres}`);

beforeAll(async () => {
  if (noPostgres !== null) return;
  server = await createPostgres({ maxConnections: 8 });
  await createFolders(server, '26.4');
  await insertFolders(server, FOLDERS);
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(() => server?.close());

function opened(db: Partial<DatabaseConfig> = {}, more: object = {}) {
  const open = openSource({ ...databaseAt(server, db), ...more });
  ends.push(open.stop);
  return open;
}

const isThere = async ({ source }: ReturnType<typeof opened>): Promise<boolean> =>
  (await allFolders(source).catch((error: unknown) => (error instanceof VfoldersUnavailable ? [] : [error]))).length >
  1;

describe.skipIf(noPostgres !== null)('a database that cannot be asked', () => {
  it.each<[string, Partial<DatabaseConfig>, string]>([
    ['refuses the password', { password: 'hunter3' }, 'it refuses the password: check user and password in [db]'],
    ['has no such role', { user: 'nobody' }, 'it refuses the password: check user and password in [db]'],
    ['wants a password', { password: null }, 'it wants a password: set password in [db]'],
    ['has no such database', { name: 'front' }, 'it has no such database: check name in [db]'],
    ['has no such table', { name: 'postgres' }, 'it has no table vfolders: check name in [db]'],
    ['is on another host', { addr: { host: 'nowhere.invalid', port: 1 } }, 'the host is not known'],
    ['has no socket there', { addr: { host: '/nowhere', port: 1 } }, 'there is no socket of it in that directory'],
  ])('%s, which is said without a secret or an address', async (_, db, why) => {
    const { source, away } = opened(db);
    const error = await allFolders(source).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(VfoldersUnavailable);
    expect((error as Error).message).toMatch(/^PostgreSQL cannot be asked for virtual folders since 20\S+Z: /);
    expect((error as Error).message.endsWith(`Z: ${why}`)).toBe(true);
    expect(away).toEqual([source.away()]);
  });

  it.each([
    [
      'lacks a right',
      'REVOKE SELECT ON vfolders FROM volhealth',
      'GRANT SELECT ON vfolders TO volhealth',
      /GRANT SELECT/,
    ],
    ['is too old', 'ALTER TABLE vfolders RENAME status TO s', 'ALTER TABLE vfolders RENAME s TO status', /22\.09\.1/],
    ['is being restored', 'ALTER TABLE vfolders RENAME TO v', 'ALTER TABLE v RENAME TO vfolders', /no table vfolders/],
  ])('%s, and is back once that is mended', async (_, breaking, mending, why) => {
    const open = opened();
    expect(await isThere(open)).toBe(true);
    await server.sql(breaking);
    expect(await isThere(open)).toBe(false);
    expect(open.source.away()).toMatch(why);
    await server.sql(mending);
    await expect.poll(open.source.away, soon).toBeNull();
    expect(await isThere(open)).toBe(true);
    expect(open.away.map((sentence) => sentence === null)).toEqual([false, true]);
  });

  it('has no connection left, and is back once it has one', async () => {
    const holders = Array.from({ length: 8 }, () => opened());
    for (const holder of holders) await isThere(holder);
    const open = opened();
    expect(await isThere(open)).toBe(false);
    expect(open.source.away()).toMatch(/no connection left/);
    for (const { stop } of holders) stop();
    await expect.poll(open.source.away, soon).toBeNull();
  });

  it('is not there yet, is stopped, and is started again', async () => {
    const addr = { host: '127.0.0.1', port: await freePort() };
    const never = opened({ addr });
    expect(await isThere(never)).toBe(false);
    expect(never.source.away()).toMatch(/connection refused$/);

    const open = opened();
    open.source.start();
    await expect.poll(open.source.affected, soon).not.toBeNull();
    const counted = open.source.affected();
    await server.stop();
    expect(await isThere(open)).toBe(false);
    expect(open.source.affected()).toBe(counted);
    await server.start();
    await expect.poll(open.source.away, soon).toBeNull();
    expect(await isThere(open)).toBe(true);
    expect([open.away[0], open.away.at(-1)]).toEqual([expect.stringMatching(/refused|hangs up|shutting/), null]);
    expect(open.away.filter((sentence) => sentence === null)).toHaveLength(1);
  });

  it('hangs: whoever waits is told so in time, whoever comes then at once; it is back once it goes on', async () => {
    const open = opened({}, { statement_timeout: 500 });
    await Promise.all(Array.from({ length: 8 }, () => allFolders(open.source)));
    server.signal('SIGSTOP');
    ends.push(() => server.signal('SIGCONT'));
    const first = await Promise.allSettled(Array.from({ length: 50 }, () => allFolders(open.source)));
    expect(new Set(first.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(open.source.away()).toMatch(/no answer in time$/);
    // By now it is known: nobody waits, however many come.
    const waiting = Array.from({ length: 5_000 }, () =>
      allFolders(open.source).then(
        () => 'answered',
        () => 'refused',
      ),
    );
    const timely = new Promise((resolve) => setImmediate(resolve, 'late'));
    expect(await Promise.race([Promise.all(waiting).then((all) => [...new Set(all)].join()), timely])).toBe('refused');
    server.signal('SIGCONT');
    await expect.poll(open.source.away, soon).toBeNull();
    expect(await isThere(open)).toBe(true);
  });
});
