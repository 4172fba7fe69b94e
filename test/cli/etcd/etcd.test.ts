import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { followProxies, type ProxySourceOptions } from '../../../cli/proxy-source.ts';
import { systemClock } from '../../../cli/system-clock.ts';
import type { ProxyList } from '../../../manager/proxy-source.ts';
import { EtcdConfig } from '../../../schema/etcd-config.ts';
import { createAuthority } from '../../fakes/tls-material.ts';
import { createEtcd, type EtcdOptions, type EtcdServer, noEtcd } from '../../rigs/etcd-server.ts';

const P = '/sorna/local/volumes/proxies';
const soon = { timeout: 20_000, interval: 50 };
const directory = mkdtempSync(join(tmpdir(), 'volhealth-etcd-test-'));
const ends: (() => unknown)[] = [];

if (noEtcd !== null) console.log(`skipped, as ${noEtcd}`);

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function etcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const server = await createEtcd(options);
  ends.push(server.close);
  await server.start();
  return server;
}

const pem = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

function follow(server: Pick<EtcdServer, 'port'>, more: object = {}, options: Partial<ProxySourceOptions> = {}) {
  const said: (string | null)[] = [];
  const lists: ProxyList[] = [];
  const config = EtcdConfig.parse({ addr: `127.0.0.1:${server.port}`, ...more });
  const source = followProxies(
    { kind: 'etcd', etcd: config },
    {
      ...options,
      inline: {},
      clock: systemClock,
      onProxies: (list) => lists.push(list),
      onAway: (sentence) => said.push(sentence),
    },
  );
  ends.push(source.stop);
  return { said, lists, names: () => Object.keys(lists.at(-1)?.proxies ?? {}).toSorted(), stop: source.stop };
}

async function put(server: EtcdServer, name: string, url = `http://${name}:6022`): Promise<void> {
  await server.ctl('put', `${P}/${name}/manager_api`, url);
  await server.ctl('put', `${P}/${name}/secret`, 's');
  await server.ctl('put', `${P}/${name}/ssl_verify`, 'false');
}

describe.skipIf(noEtcd !== null)('proxies in a real etcd', { timeout: 60_000 }, () => {
  it('appear, change and go, each in one list; a bad one costs only itself', async () => {
    const server = await etcd();
    await put(server, 'p1');
    const { lists, names } = follow(server);
    await expect.poll(names, soon).toEqual(['p1']);

    await put(server, 'p2');
    await expect.poll(names, soon).toEqual(['p1', 'p2']);
    expect(lists.length).toBe(2);
    expect(lists.flatMap(({ problems }) => problems)).toEqual([]);

    await server.ctl('put', `${P}/p2/manager_api`, 'http://elsewhere:1');
    await expect.poll(() => lists.at(-1)?.proxies['p2']?.manager_api, soon).toBe('http://elsewhere:1');

    await server.ctl('put', `${P}/bad/manager_api`, 'nowhere');
    await expect
      .poll(() => lists.at(-1)?.problems, soon)
      .toContain(`etcd ${P}/bad/manager_api  expected a URL such as "http://127.0.0.1:6022"; the proxy is left out`);
    await server.ctl('del', '--prefix', `${P}/bad/`);
    await server.ctl('del', '--prefix', `${P}/p1/`);
    await expect.poll(names, soon).toEqual(['p2']);
    await expect.poll(() => lists.at(-1)?.problems, soon).toEqual([]);
  });

  it('are one list after a burst of a hundred', async () => {
    const server = await etcd();
    const { lists, names } = follow(server);
    await expect.poll(() => lists.length, soon).toBe(1);
    const puts = Array.from({ length: 100 }, (_, n) => [
      `put ${P}/q${n}/manager_api http://q${n}:1`,
      `put ${P}/q${n}/secret s`,
    ]);
    for (let from = 0; from < 100; from += 50) {
      await server.ctlTransaction(puts.slice(from, from + 50).flat());
    }
    await expect.poll(() => names().length, soon).toBe(100);
    expect(lists.length).toBe(2);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'go on while it is away by %s, which is said once, and after',
    async (how) => {
      const server = await etcd();
      await put(server, 'p1');
      const { said, lists, names } = follow(server);
      await expect.poll(names, soon).toEqual(['p1']);

      if (how === 'SIGKILL') await server.kill();
      else server.signal('SIGSTOP');
      await expect.poll(() => said.length, { timeout: 40_000 }).toBe(1);
      expect(said[0]).toMatch(
        /^etcd \(127.0.0.1:\d+\) cannot be asked since 20\S+Z: .+; its last known proxies go on$/,
      );
      expect(said[0]).toMatch(how === 'SIGKILL' ? /connection refused/ : /no answer within 5 s|it hangs up/);
      expect(names()).toEqual(['p1']);

      if (how === 'SIGKILL') await server.start();
      else server.signal('SIGCONT');
      await expect.poll(() => said.at(-1), { timeout: 40_000 }).toBeNull();
      await put(server, 'p2');
      await expect.poll(names, soon).toEqual(['p1', 'p2']);
      expect(lists.length).toBe(2);
    },
  );

  it('are followed over a compaction of its history', async () => {
    const server = await etcd();
    const { names } = follow(server);
    await put(server, 'p1');
    const { revision } = (JSON.parse(await server.ctl('get', P, '-w', 'json')) as { header: { revision: number } })
      .header;
    await server.ctl('compact', String(revision));
    await server.kill();
    await server.start();
    await put(server, 'p2');
    await expect.poll(names, soon).toEqual(['p1', 'p2']);
  });

  it('are those of the file, which others cannot read, where it is away at the start', async () => {
    const server = await etcd();
    await put(server, 'p1');
    const cache = join(directory, 'proxies.json');
    const first = follow(server, { cache });
    await expect.poll(first.names, soon).toEqual(['p1']);
    first.stop();
    expect(statSync(cache).mode & 0o777).toBe(0o600);
    expect(readFileSync(cache, 'utf8')).toContain('http://p1:6022');
    await server.kill();

    const { names, said } = follow(server, { cache });
    await expect.poll(names, soon).toEqual(['p1']);
    expect(said[0]).toMatch(/: connection refused; its proxies are those of .*proxies\.json$/);
    const without = follow(server);
    await expect.poll(() => without.said[0], soon).toMatch(/: connection refused; none of its proxies is known$/);
  });

  it('are the last ones of another source at the same place, where it is away when this one begins', async () => {
    const server = await etcd();
    await put(server, 'p1');
    const first = follow(server);
    await expect.poll(first.names, soon).toEqual(['p1']);
    first.stop();
    const { proxies: previous } = first.lists.at(-1)!;
    await server.kill();
    const { said } = follow(server, {}, { previous });
    await expect.poll(() => said[0], soon).toMatch(/: connection refused; its last known proxies go on$/);
    await server.start();
    await server.ctl('put', `${P}/p1/secret`, '');
    const later = follow(server, {}, { previous });
    await expect
      .poll(() => later.lists.at(-1), soon)
      .toMatchObject({ proxies: previous, problems: [expect.stringContaining('goes on as it was')] });
  });

  it('need the right user, and say what to mend', async () => {
    const server = await etcd();
    await put(server, 'p1');
    await server.ctl('user', 'add', 'root:pw');
    await server.ctl('user', 'grant-role', 'root', 'root');
    await server.ctl('user', 'add', 'reader:pw');
    await server.ctl('user', 'add', 'nobody:pw');
    await server.ctl('role', 'add', 'reads');
    await server.ctl('role', 'grant-permission', '--prefix', 'reads', 'read', '/sorna/local/volumes/');
    await server.ctl('user', 'grant-role', 'reader', 'reads');
    const unneeded = follow(server, { user: 'reader', password: 'pw' });
    await expect.poll(() => unneeded.said[0], soon).toContain('it has no users: leave user and password');
    await server.ctl('auth', 'enable');

    const right = follow(server, { user: 'reader', password: 'pw' });
    await expect.poll(right.names, soon).toEqual(['p1']);
    for (const [user, meaning] of [
      [{}, 'it wants a user: set user and password in [etcd]'],
      [{ user: 'reader', password: 'hunter2' }, 'it refuses the password: check user and password in [etcd]'],
      [{ user: 'nobody', password: 'pw' }, 'the user may not read the proxies: grant its role read of that prefix'],
    ] as const) {
      const { said } = follow(server, user);
      await expect.poll(() => said[0], soon).toContain(meaning);
      expect(said[0]).not.toContain('hunter2');
    }
  });

  describe('that speaks TLS', () => {
    let files: Record<'ca' | 'cert' | 'key', string>;
    beforeAll(async () => {
      const authority = await createAuthority();
      const { cert, key } = await authority.issue({ names: ['127.0.0.1'], usage: 'both' });
      files = { ca: pem('ca', authority.caPem), cert: pem('cert', cert), key: pem('key', key) };
    });

    it('are found with its authority and a certificate of ours, and say which is missing', async () => {
      const { ca, cert, key } = files;
      const server = await etcd({ tls: { cert, key, clientCa: ca } });
      const right = follow(server, { ca, client_cert: cert, client_key: key });
      await expect.poll(() => right.lists.length, soon).toBe(1);
      for (const [more, meaning] of [
        [{}, 'it hangs up; if it speaks TLS, set ca or ssl_enabled in [etcd]'],
        [{ ssl_enabled: 'true' }, 'no known authority has signed its certificate: set ca in [etcd]'],
        [{ ca }, 'it refuses our certificate: set client_cert and client_key in [etcd]'],
        [{ ca: '/nowhere/ca.pem' }, 'a file that [etcd] names cannot be read'],
      ] as const) {
        const { said } = follow(server, more);
        await expect.poll(() => said[0], soon).toContain(meaning);
      }
    });
  });
});
