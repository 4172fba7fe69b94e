import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../fakes/tls-material.ts';
import { FOLDERS } from '../../manager/vfolder-source-suite.ts';
import { createPostgres, noPostgres, type PostgresOptions, type PostgresServer } from '../../rigs/postgres-server.ts';
import { createSandbox, type Running, type Sandbox } from '../volhealth.ts';
import { createFolders, insertFolders } from './folders-database.ts';

const soon = { timeout: 20_000, interval: 50 };

if (noPostgres !== null) console.log(`skipped, as ${noPostgres}`);

let sandbox: Sandbox;
let server: PostgresServer;
const ends: (() => unknown)[] = [];

beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(async () => {
  sandbox.close();
  for (const end of ends.splice(0).toReversed()) await end();
});

async function database(options: PostgresOptions = {}): Promise<void> {
  server = await createPostgres(options);
  ends.push(server.close);
  await createFolders(server, '26.4');
  await insertFolders(server, FOLDERS);
}

/** Puts another file in its place, as most editors and tools do. */
function write(name: string, text: string): string {
  const file = join(sandbox.directory, name);
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return name;
}

const PROXY = `[api]\nlisten = "127.0.0.1:0"\n[proxies.proxy1]\nmanager_api = "http://127.0.0.1:9"\nsecret = "s"\n`;
const FOLDER = `[[vfolder]]\nid = "6f1c2a54-0a0b-4f6e-9a51-0123456789ab"\nname = "written"\nhost = "proxy1:v"\n`;
const fromDatabase = (more = ''): string =>
  `${PROXY}[vfolders]\nfrom = "postgresql"\nstatement_timeout = "1s"\ncount_interval = "1s"\n` +
  `[db]\naddr = "127.0.0.1:${server.port}"\nname = "backend"\nuser = "volhealth"\npassword = "hunter2"\n${more}`;

async function startManager(text: string) {
  const manager = sandbox.start('manager', '-c', write('manager.toml', text));
  const url = await manager.says(/listening on (http:\S+)/);
  const ask = async (query: string) => {
    const body = JSON.stringify({ query });
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    // oxlint-disable-next-line typescript/no-explicit-any -- whatever the query asks for
    return (await response.json()) as { data?: any; errors?: { message: string; extensions?: { code?: string } }[] };
  };
  const names = async () => {
    const { data } = await ask('{ vfolderNodes(first: 100) { edges { node { name } } } }');
    return data.vfolderNodes?.edges.map((edge: { node: { name: string } }) => edge.node.name) ?? null;
  };
  const ready = async () => {
    const response = await fetch(`${url}/readyz`);
    return [response.status, await response.json()] as const;
  };
  return { manager, ask, names, ready };
}

const count = (manager: Running, pattern: RegExp): number =>
  manager.output().match(new RegExp(pattern, 'g'))?.length ?? 0;

const shown = (host: string): number =>
  FOLDERS.filter((folder) => folder.host === host && !/^(delet|purg)/.test(folder.status)).length;

describe.skipIf(noPostgres !== null)('a manager whose folders are in PostgreSQL', () => {
  it('says whom an outage hurts, and shows the volumes that only folders name', async () => {
    await database();
    const { ask } = await startManager(fromDatabase());
    const query = `{
      storageProxyHealthList { proxyName status affectedVfolders volumes { volumeId status reason affectedVfolders } }
    }`;
    await expect
      .poll(() => ask(query), soon)
      .toMatchObject({
        data: {
          storageProxyHealthList: [
            {
              affectedVfolders: shown('proxy1:v') + shown('proxy1:w'),
              volumes: [
                { volumeId: 'v', status: 'UNKNOWN', affectedVfolders: shown('proxy1:v') },
                { volumeId: 'w', status: 'UNKNOWN', affectedVfolders: shown('proxy1:w') },
              ],
            },
          ],
        },
      });
  }, 30_000);

  it('starts while the database is away, serves health, says what is missing, and has the folders once it is there', async () => {
    await database();
    await server.stop();
    const { manager, ask, names, ready } = await startManager(fromDatabase());
    await expect.poll(async () => (await ready())[0], soon).toBe(200);
    const [, { away }] = await ready();
    expect(away.vfolders).toMatch(/^PostgreSQL cannot be asked for virtual folders since 20\S+Z: connection refused$/);
    const answer = await ask(`{ vfolderNode(id: "${FOLDERS[0]!.id}") { name } storageProxyHealthList { status }
      observerHealth { warnings } }`);
    expect(answer.data).toEqual({
      vfolderNode: null,
      storageProxyHealthList: [{ status: 'UNHEALTHY' }],
      observerHealth: { warnings: [away.vfolders] },
    });
    expect(answer.errors).toMatchObject([{ message: away.vfolders, extensions: { code: 'VFOLDERS_UNAVAILABLE' } }]);
    await server.start();
    await expect.poll(names, soon).not.toBeNull();
    await expect.poll(async () => (await ready())[1], soon).not.toHaveProperty('away');
    expect(count(manager, /cannot be asked for virtual folders/)).toBe(1);
    expect(count(manager, /virtual folders are read from PostgreSQL again/)).toBe(1);
    expect(manager.output()).not.toContain('hunter2');
  }, 40_000);

  it.each(['SIGSTOP', 'none'])(
    'ends cleanly while the database hangs by %s',
    async (how) => {
      await database();
      const { manager, names } = await startManager(fromDatabase());
      await expect.poll(names, soon).not.toBeNull();
      if (how === 'SIGSTOP') server.signal('SIGSTOP');
      const waiting = Array.from({ length: 50 }, () => names().catch(() => null));
      expect(await manager.end()).toBe(0);
      await Promise.all(waiting);
    },
    30_000,
  );

  it('goes on with the folders of another place as its file says, and refuses what cannot be used', async () => {
    await database();
    const { manager, names, ready } = await startManager(`${PROXY}${FOLDER}`);
    expect(await names()).toEqual(['written']);
    const reload = (text: string): void => {
      write('manager.toml', text);
      manager.child.kill('SIGHUP');
    };
    reload(fromDatabase());
    await manager.says(/reloaded manager\.toml: no proxy changed, virtual folders of \[db\]\n/);
    expect((await names()).length).toBeGreaterThan(50);
    reload(fromDatabase('ca = "nowhere.pem"\n'));
    await manager.says(/error: db\.ca: there is no file nowhere\.pem/);
    expect((await names()).length).toBeGreaterThan(50);
    reload(fromDatabase().replace('hunter2', 'hunter3'));
    await expect.poll(async () => (await ready())[1].away?.vfolders, soon).toMatch(/refuses the password/);
    reload(`${PROXY}${FOLDER}`);
    await manager.says(/virtual folders of \[\[vfolder\]\]\n/);
    expect([await names(), (await ready())[1].away]).toEqual([['written'], undefined]);
    await expect
      .poll(() => server.sql(`SELECT count(*) FROM pg_stat_activity WHERE usename = 'volhealth'`), soon)
      .toBe('0');
  }, 60_000);

  it('speaks TLS by the files of [db], and connects anew when they are renewed', async () => {
    const authority = await createAuthority();
    const { cert, key } = await authority.issue({ names: ['127.0.0.1'], usage: 'both' });
    await database({ tls: { cert, key, clientCa: authority.caPem } });
    const [ca, own, ownKey] = [write('ca.pem', authority.caPem), write('own.pem', cert), write('own.key', key)];
    const files = `ca = "${ca}"\nclient_cert = "${own}"\nclient_key = "${ownKey}"\n`;
    expect(await sandbox.run('check-config', write('good.toml', fromDatabase(files)))).toMatchObject({
      code: 0,
      stdout: 'good.toml is good: a manager with 1 proxy, and the virtual folders of [db], which was not asked.\n',
    });
    const { manager, names, ready } = await startManager(fromDatabase(files));
    await expect.poll(names, soon).not.toBeNull();
    expect(
      await server.sql(
        'SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename IS NOT NULL AND client_addr IS NOT NULL',
      ),
    ).toBe('t');

    const strange = await createAuthority();
    write('ca.pem', strange.caPem);
    await expect.poll(async () => (await ready())[1].away?.vfolders, soon).toMatch(/unknown authority/);
    write('ca.pem', authority.caPem);
    await expect.poll(names, soon).not.toBeNull();
    expect(count(manager, /db: the certificate files have changed/)).toBe(2);
  }, 60_000);
});
