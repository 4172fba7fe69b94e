import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FOLDERS } from '../../manager/vfolder-source-suite.ts';
import { createPostgres, noPostgres, type PostgresServer } from '../../rigs/postgres-server.ts';
import { load } from '../load.ts';
import { createSandbox, type Sandbox } from '../volhealth.ts';
import { createFolders, insertFolders } from './folders-database.ts';

const soon = { timeout: 20_000, interval: 20 };
/** A hundred a second. */
const EVERY_MS = 10;

if (noPostgres !== null) console.log(`skipped, as ${noPostgres}`);

let sandbox: Sandbox;
let server: PostgresServer | null = null;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(async () => {
  sandbox.close();
  await server?.close();
  server = null;
});

const VISIBLE = FOLDERS.find(({ status }) => status === 'ready')!;
/** Of folders, of health, and of both at once. */
const KINDS = {
  vfolderNode: `{ vfolderNode(id: "${VISIBLE.id}") { name } }`,
  vfolderNodes: '{ vfolderNodes(first: 20) { edges { node { name } } } }',
  storageProxyHealthList: '{ storageProxyHealthList { status affectedVfolders } }',
  both: `{ volumeHealthList { status affectedVfolders } vfolderNode(id: "${VISIBLE.id}") { storageHealth { status } } }`,
} as const;
type Kind = keyof typeof KINDS;

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

describe.skipIf(noPostgres !== null)('a database that is stopped and started under 100 requests a second', () => {
  it.each(['stopped', 'hung'] as const)(
    'costs health nothing and folders only what it must while it is %s',
    async (how) => {
      const database = await createPostgres();
      server = database;
      await createFolders(database, '26.4');
      await insertFolders(database, FOLDERS);
      const toml = `[api]\nlisten = "127.0.0.1:0"\n[proxies.proxy1]\nmanager_api = "http://127.0.0.1:9"\nsecret = "s"
[vfolders]\nfrom = "postgresql"\nstatement_timeout = "1s"\ncount_interval = "1s"
[db]\naddr = "127.0.0.1:${database.port}"\nname = "backend"\nuser = "volhealth"\npassword = "hunter2"\n`;
      writeFileSync(join(sandbox.directory, 'manager.toml'), toml, { mode: 0o600 });
      const manager = sandbox.start('manager', '-c', 'manager.toml');
      const url = await manager.says(/listening on (http:\S+)/);

      const ask = async (query: string): Promise<Answer> => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
        return (await response.json()) as Answer;
      };
      const nodes = async () => (await ask(KINDS.vfolderNode)).data?.['vfolderNode'] ?? null;
      const counted = async () => JSON.stringify((await ask(KINDS.storageProxyHealthList)).data);
      await expect.poll(counted, soon).toMatch(/"affectedVfolders":[1-9]/);
      await expect.poll(nodes, soon).not.toBeNull();

      let phase: 'before' | 'away' | 'after' = 'before';
      const got = new Map<string, number>();
      const note = (kind: Kind, said: string, begun: string): void => {
        const key = `${begun} ${kind} ${said}`;
        got.set(key, (got.get(key) ?? 0) + 1);
      };
      const of = (begun: string, kind: Kind): readonly string[] =>
        [...got.keys()].filter((key) => key.startsWith(`${begun} ${kind} `)).map((key) => key.split(' ')[2]!);
      const sum = (): number => [...got.values()].reduce((all, one) => all + one, 0);
      const kinds = Object.keys(KINDS) as Kind[];
      let turn = 0;
      const running = load(async () => {
        const kind = kinds[turn++ % kinds.length]!;
        const begun = phase;
        const { data, errors } = await ask(KINDS[kind]);
        const hasHealth = data?.['storageProxyHealthList'] ?? data?.['volumeHealthList'];
        const codes = errors?.map(({ extensions }) => extensions?.code ?? 'none').join() ?? 'answered';
        note(kind, kind === 'both' && !hasHealth ? 'no-health' : codes, begun);
        if (hasHealth && JSON.stringify(hasHealth).includes('"affectedVfolders":null')) note(kind, 'uncounted', begun);
      }, EVERY_MS);

      await expect.poll(sum, soon).toBeGreaterThan(200);
      if (how === 'stopped') await database.stop();
      else database.signal('SIGSTOP');
      phase = 'away';
      await expect.poll(nodes, soon).toBeNull();
      const atAway = sum();
      await expect.poll(sum, soon).toBeGreaterThan(atAway + 200);
      if (how === 'stopped') await database.start();
      else database.signal('SIGCONT');
      const startedMs = performance.now();
      await expect.poll(nodes, soon).not.toBeNull();
      console.log(`${how}: right again ${Math.round(performance.now() - startedMs)} ms after it was there`);
      phase = 'after';
      const atAfter = sum();
      await expect.poll(sum, soon).toBeGreaterThan(atAfter + 200);
      expect(await running.end()).toEqual([]);
      console.log(
        [...got]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, number]) => `${how}: ${key}: ${number}`)
          .join('\n'),
      );

      // Those that were asked in the moment of the outage may have got either.
      for (const kind of kinds) {
        const isHealth = kind === 'storageProxyHealthList';
        expect({ kind, after: of('after', kind) }).toEqual({ kind, after: ['answered'] });
        expect(of('away', kind)).toContain(isHealth ? 'answered' : 'VFOLDERS_UNAVAILABLE');
        const all = [...of('before', kind), ...of('away', kind)];
        expect(all.filter((said) => said !== 'answered' && (isHealth || said !== 'VFOLDERS_UNAVAILABLE'))).toEqual([]);
      }
      expect(manager.output().match(/cannot be asked for virtual folders/g)).toHaveLength(1);
      expect(manager.output().match(/are read from PostgreSQL again/g)).toHaveLength(1);
    },
    60_000,
  );
});
