import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientTlsOf, readClientTls } from '../../cli/client-tls.ts';
import { openProxyAccess, type ProxyAccesses } from '../../cli/proxy-access.ts';
import { openRenewedAgent, type RenewedAgent } from '../../cli/renewed-agent.ts';
import { createTlsAgent, fetchThrough } from '../../cli/tls-agent.ts';
import { describeFailure } from '../../client/failure.ts';
import { createManagerClient, type ManagerClient } from '../../client/manager-client.ts';
import { ProxyEntry } from '../../schema/manager-config.ts';
import { type Authority, createAuthority } from '../fakes/tls-material.ts';
import { createLoad } from './tls-load.ts';
import { createTlsFiles, type TlsFiles } from './tls-files.ts';
import { createSandbox, type Running, type Sandbox } from './volhealth.ts';

const NAMES = ['localhost', '127.0.0.1'];
const SOON = { timeout: 10_000, interval: 20 };
const CHANGED = /certificate files have changed/g;

let sandbox: Sandbox;
let files: TlsFiles;
let servers: Authority;
let clients: Authority;
let proxy: Running;
let manager: Running;
let proxyUrl: string;
let managerUrl: string;
let entry: ProxyEntry;
let client: ManagerClient;
let access: ProxyAccesses;
let agent: RenewedAgent;

const issueServer = (authority: Authority) => authority.issue({ names: NAMES });
const issueClient = (authority: Authority) => authority.issue({ names: ['manager'], usage: 'client' });
const changes = (service: Running) => service.output().match(CHANGED)?.length ?? 0;

/** Renews what a service follows, and waits until it uses that. */
async function renewed(service: Running, write: () => void): Promise<void> {
  const before = changes(service);
  write();
  await expect.poll(() => changes(service), SOON).toBeGreaterThan(before);
  // This process follows the files, too, and may see them a little later.
  await Promise.all([access.reload(), agent.reload()]);
}

/** The serial number of the certificate that a service shows to who connects anew. */
async function serialAt(url: string): Promise<string> {
  const { secureContext } = await readClientTls(clientTlsOf('proxies.p', entry));
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      secureContext,
      rejectUnauthorized: false,
    });
    socket.once('error', reject).once('secureConnect', () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
  });
}

/** What the manager has seen of the proxy since it found it. */
async function outages(): Promise<readonly string[]> {
  const history = await client.proxyHistory.query({ proxy: 'p' });
  return history.flatMap(({ data }) => data.error_message ?? []);
}

const proxyHealth = async () => (await client.storageProxyHealthList.query())[0];
const checkedAt = async () => Date.parse((await proxyHealth())?.last_checked_at ?? '');

/** Waits until the manager has polled after now, for instance what it was told to connect with. */
async function polledAgain(): Promise<void> {
  const asked = Date.now();
  await expect.poll(checkedAt, SOON).toBeGreaterThan(asked);
}

beforeAll(async () => {
  sandbox = createSandbox();
  files = createTlsFiles(sandbox.directory);
  [servers, clients] = await Promise.all([createAuthority(), createAuthority()]);
  const server = files.identity('server', await issueServer(servers));
  const mine = files.identity('client', await issueClient(clients));
  const [ca, clientCa] = [files.file('servers-ca.pem', servers.caPem), files.file('clients-ca.pem', clients.caPem)];
  const serving = `ssl_enabled = true\nssl_cert = "${server.cert}"\nssl_privkey = "${server.key}"\nssl_client_ca = "${clientCa}"\n`;
  mkdirSync(join(sandbox.directory, 'volume'));
  const path = join(sandbox.directory, 'volume');
  files.file(
    'proxy.toml',
    `[api.manager]\nservice_addr = "127.0.0.1:0"\nsecret = "s"\n${serving}[volume.v]\nbackend = "vfs"\npath = "${path}"\n`,
  );
  proxy = sandbox.start('proxy', '-c', 'proxy.toml');
  proxyUrl = await proxy.says(/listening on (https:\S+)/);
  files.file(
    'manager.toml',
    `[api]\nlisten = "127.0.0.1:0"\n${serving}[proxies.p]\nmanager_api = "${proxyUrl}"\nsecret = "s"\nca = "${ca}"
client_cert = "${mine.cert}"\nclient_key = "${mine.key}"\nhealth_check_interval = "2s"\nhealth_check_timeout = "1900ms"\n`,
  );
  manager = sandbox.start('manager', '-c', 'manager.toml');
  managerUrl = await manager.says(/listening on (https:\S+)/);
  const paths = { ca, client_cert: mine.cert, client_key: mine.key };
  entry = ProxyEntry.parse({ manager_api: proxyUrl, secret: 's', ...paths });
  access = await openProxyAccess({ p: entry }, () => {});
  agent = await openRenewedAgent(clientTlsOf('proxies.p', entry), { table: 'the test', log: () => {} });
  client = createManagerClient({ url: managerUrl, fetch: fetchThrough(agent.dispatcher) });
  await manager.says(/proxy p is healthy/);
}, 60_000);
afterAll(() => {
  access.stop();
  agent.stop();
  sandbox.close();
});

describe('a certificate that is renewed while services run', () => {
  it('of both servers, is shown to who connects from then on, without a failed request', async () => {
    const asking = createLoad(access, entry);
    for (let round = 0; round < 2; round += 1) {
      const next = await issueServer(servers);
      const managerSaw = changes(manager);
      await renewed(proxy, () => files.identity('server', next));
      await expect.poll(() => changes(manager), SOON).toBeGreaterThan(managerSaw);
      const shown = await Promise.all([proxyUrl, managerUrl].map(serialAt));
      expect(shown[0]).toBe(shown[1]);
    }
    await polledAgain();
    expect(await asking.end()).toEqual([]);
    expect(asking.asked()).toBeGreaterThan(20);
    expect(await outages()).toEqual([]);
  }, 60_000);

  it('together with its authority, is trusted all the time where the file holds both for a while', async () => {
    const asking = createLoad(access, entry);
    const next = await createAuthority();
    await renewed(manager, () => files.file('servers-ca.pem', servers.caPem + next.caPem));
    const former = await serialAt(proxyUrl);
    const identity = await issueServer(next);
    await renewed(proxy, () => files.identity('server', identity));
    expect(await serialAt(proxyUrl)).not.toBe(former);
    await renewed(manager, () => files.file('servers-ca.pem', next.caPem));
    await polledAgain();
    expect(await asking.end()).toEqual([]);
    expect(await outages()).toEqual([]);
    servers = next;
  }, 60_000);

  it('of the client, is let in by a proxy that trusts its authority, and the former one no more', async () => {
    const asking = createLoad(access, entry);
    const next = await createAuthority();
    const former = await readClientTls(clientTlsOf('proxies.p', entry));
    await renewed(proxy, () => files.file('clients-ca.pem', clients.caPem + next.caPem));
    const identity = await issueClient(next);
    await renewed(manager, () => files.identity('client', identity));
    await renewed(proxy, () => files.file('clients-ca.pem', next.caPem));
    await polledAgain();
    expect(await asking.end()).toEqual([]);
    expect(await outages()).toEqual([]);
    const refused = fetchThrough(createTlsAgent(former))(`${proxyUrl}/livez`);
    const said = await refused.then(
      () => 'let in',
      (error: unknown) => describeFailure(error).message,
    );
    expect(said).toBe('connection was closed after the TLS handshake: it may not accept our client certificate');
  }, 60_000);

  it('of the proxy, by an authority that the manager was not told of, is refused at once', async () => {
    const identity = await issueServer(await createAuthority());
    await renewed(proxy, () => files.identity('server', identity));
    expect(manager.output()).not.toContain('is unhealthy');
    // What is open goes on; but what the manager connects with has changed: it connects anew.
    files.file('servers-ca.pem', servers.caPem + clients.caPem);
    await manager.says(/proxy p is unhealthy: its certificate comes from an unknown authority/);
  }, 60_000);
});
