import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManagerClient } from '../../client/manager-client.ts';
import { createAuthority } from '../fakes/tls-material.ts';
import { createEtcd, type EtcdServer, noEtcd } from '../rigs/etcd-server.ts';
import { load } from './load.ts';
import { createSandbox, type Running, type Sandbox } from './volhealth.ts';

const soon = { timeout: 20_000, interval: 50 };

let sandbox: Sandbox;
let proxyUrl: string;

beforeEach(async () => {
  sandbox = createSandbox();
  mkdirSync(join(sandbox.directory, 'a'));
  const proxy = sandbox.start('proxy', '-c', write('storage-proxy.toml', proxyToml()));
  proxyUrl = await listeningOn(proxy);
});
afterEach(() => {
  sandbox.close();
});

/** Puts another file in its place, as most editors and tools do. */
function write(name: string, text: string): string {
  const file = join(sandbox.directory, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  return name;
}

const proxyToml = (): string =>
  `[api.manager]\nservice-addr = "127.0.0.1:0"\nsecret = "s"\n[volume.a]\nbackend = "vfs"\npath = "${join(sandbox.directory, 'a')}"\nhealth_check_interval = "1s"\n`;

const managerToml = (proxies: readonly string[], api = ''): string =>
  `[api]\nlisten = "127.0.0.1:0"\n${api}${proxies.map((name) => `[proxies.${name}]\nmanager_api = "${proxyUrl}"\nsecret = "s"\nhealth_check_interval = "1s"\n`).join('')}`;

const listeningOn = (service: Running) => service.says(/listening on (http:\S+)/);

async function startManager(text: string) {
  const manager = sandbox.start('manager', '-c', write('manager.toml', text));
  const client = createManagerClient({ url: await listeningOn(manager) });
  const names = async () => (await client.storageProxyHealthList.query()).map(({ proxy_name }) => proxy_name);
  return { manager, client, names };
}

describe('a manager', () => {
  it('reloads under 200 requests a second: none fails, and nothing is lost of the proxies that stay', async () => {
    const { manager, client, names } = await startManager(managerToml(['p']));
    const ofP = () => client.volumeHealth.query({ host: 'p:a' });
    await expect.poll(async () => (await ofP())?.status, soon).toBe('healthy');
    const since = (await ofP())?.since;
    const refusals = () => manager.output().split('not reloaded').length;
    const seen = new Set<string>();
    let answers = 0;
    const running = load(async () => {
      const health = await ofP();
      seen.add(`${health?.status} since ${health?.since}`);
      answers += 1;
    });
    for (const proxies of [['p', 'q'], ['q', 'p', 'r'], ['p']]) {
      const [asked, refused] = [answers, refusals()];
      write('manager.toml', '[proxies.p]\nmanager_api = 5\n');
      manager.child.kill('SIGHUP');
      await expect.poll(refusals, soon).toBeGreaterThan(refused);
      expect((await client.observerHealth.query()).warnings).toEqual([expect.stringContaining('refused')]);
      write('manager.toml', managerToml(proxies));
      manager.child.kill('SIGHUP');
      await expect.poll(names, soon).toEqual(proxies);
      expect((await client.observerHealth.query()).warnings).toEqual([]);
      await expect.poll(() => answers, soon).toBeGreaterThan(asked + 200);
    }
    expect(await running.end()).toEqual([]);
    expect([...seen]).toEqual([`healthy since ${since}`]);
    expect((await client.proxyHistory.query({ proxy: 'p' })).length).toBe(1);
  }, 60_000);

  it('goes on with its file when that is written, and says what takes a restart', async () => {
    const { manager, names } = await startManager(managerToml(['p']));
    await expect
      .poll(
        async () => (
          write('manager.toml', managerToml(['p', 'q'], 'graphiql = false\n[graphql]\nfederation = true\n')),
          (await names()).length
        ),
        {
          ...soon,
          interval: 700,
        },
      )
      .toBe(2);
    await manager.says(/warn: takes a restart: api\.graphiql, graphql\.federation\n/);
    await manager.says(/reloaded manager\.toml: 1 proxy added \(q\)\n/);
    expect(await manager.end()).toBe(0);
  }, 30_000);
});

describe.skipIf(noEtcd !== null)('a manager whose proxies are in etcd', () => {
  const KEYS = '/sorna/local/volumes/proxies';
  let etcd: EtcdServer;
  const ofEtcd = (): string =>
    `[api]\nlisten = "127.0.0.1:0"\n[proxies]\nfrom = "etcd"\n[etcd]\nnamespace = "local"\naddr = "127.0.0.1:${etcd.port}"\n`;
  const put = async (name: string, keys: Readonly<Record<string, string>> = {}) => {
    const all = { manager_api: proxyUrl, secret: 's', ...keys };
    for (const [key, value] of Object.entries(all)) await etcd.ctl('put', `${KEYS}/${name}/${key}`, value);
  };
  beforeEach(async () => {
    etcd = await createEtcd();
    await etcd.start();
  });
  afterEach(async () => {
    await etcd.close();
  });

  it('polls one that is added there, drops one that is removed, and warns while etcd is away', async () => {
    await put('p');
    const { client, names } = await startManager(ofEtcd());
    const healthy = async () =>
      (await client.storageProxyHealthList.query()).flatMap((one) => (one.is_healthy ? [one.proxy_name] : []));
    await expect.poll(healthy, soon).toEqual(['p']);
    await put('q');
    await expect.poll(healthy, soon).toEqual(['p', 'q']);
    await etcd.ctl('del', '--prefix', `${KEYS}/p/`);
    await expect.poll(names, soon).toEqual(['q']);
    await etcd.kill();
    await expect.poll(async () => (await client.observerHealth.query()).warnings.length, soon).toBe(1);
    expect(await healthy()).toEqual(['q']);
  }, 60_000);

  it('leaves out one whose certificate cannot be used, says so, and polls it once it can be', async () => {
    const ca = join(sandbox.directory, 'ca.pem');
    await put('p');
    await put('early', { manager_api: 'https://127.0.0.1:9', ca });
    const { client, names } = await startManager(ofEtcd());
    const warnings = async () => (await client.observerHealth.query()).warnings;
    await expect.poll(names, soon).toEqual(['p']);
    const missing = (name: string) =>
      `proxies.${name}.ca: there is no file ${ca}; make it, or name another; the proxy is left out`;
    await expect.poll(warnings, soon).toEqual([missing('early')]);
    await put('late', { manager_api: 'https://127.0.0.1:9', ca });
    await put('q');
    await expect.poll(names, soon).toEqual(['p', 'q']);
    await expect.poll(warnings, soon).toEqual([`${missing('early')}\n${missing('late')}`]);
    writeFileSync(ca, (await createAuthority()).caPem);
    await expect.poll(async () => (await names()).toSorted(), soon).toEqual(['early', 'late', 'p', 'q']);
    expect(await warnings()).toEqual([]);
  }, 60_000);
});
