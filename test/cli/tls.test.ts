import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { managerFetch } from '../../cli/manager-fetch.ts';
import { openProxyAccess, type ProxyAccesses } from '../../cli/proxy-access.ts';
import { describeFailure } from '../../client/failure.ts';
import { createManagerClient } from '../../client/manager-client.ts';
import { ProxyEntry } from '../../schema/manager-config.ts';
import { createAuthority } from '../fakes/tls-material.ts';
import { createTlsFiles } from './tls-files.ts';
import { createSandbox, type Running, type Sandbox } from './volhealth.ts';

const HOUR_MS = 3_600_000;
const LATER = new Date(Date.now() + 90 * 24 * HOUR_MS);
const NAMES = ['localhost', '127.0.0.1'];
/** The proxies of the manager by what is odd about each, and what is said of that. */
const SAID: Readonly<Record<string, string | null>> = {
  right: null,
  unverified: null,
  wrong_ca: 'its certificate comes from an unknown authority',
  expired: 'its certificate has expired',
  wrong_host: 'its certificate is for another name',
  no_client: 'it wants a certificate of its clients',
  other_client: 'connection was closed after the TLS handshake: it may not accept our client certificate',
  plain: 'connection was closed before an answer came: https:// instead of http://?',
  no_tls: 'there is no TLS on that port: http:// instead of https://?',
};
const CASES = Object.entries(SAID);

let sandbox: Sandbox;
let managerUrl: string;
let entries: Record<string, Record<string, string | boolean>>;
let urls: Record<'good' | 'expired' | 'wrongHost', string>;
let ca: string;
let otherCa: string;
let client: { readonly cert: string; readonly key: string };
let otherClient: { readonly cert: string; readonly key: string };

const listeningOn = (service: Running) => service.says(/listening on (https?:\S+)/);
const toml = (table: Record<string, string | boolean>) =>
  Object.entries(table)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');

beforeAll(async () => {
  sandbox = createSandbox();
  const files = createTlsFiles(sandbox.directory);
  const [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
  const servers = await authority.intermediate();
  [ca, otherCa] = [files.file('ca.pem', authority.caPem), files.file('other-ca.pem', other.caPem)];
  const good = files.identity('good', await servers.issue({ names: NAMES }));
  const expired = await authority.issue({
    names: NAMES,
    notBefore: new Date(Date.now() - 9 * HOUR_MS),
    notAfter: new Date(Date.now() - HOUR_MS),
  });
  const wrongHost = await authority.issue({ names: ['elsewhere.example'] });
  client = files.identity('client', await authority.issue({ names: ['manager'], usage: 'client', notAfter: LATER }));
  otherClient = files.identity('other', await other.issue({ names: ['manager'], usage: 'client' }));

  const startProxy = async (name: string, tls: Record<string, string | boolean>) => {
    mkdirSync(join(sandbox.directory, name));
    const volume = { backend: 'vfs', path: join(sandbox.directory, name) };
    const api = { service_addr: '127.0.0.1:0', secret: 's', ...tls };
    files.file(`${name}.toml`, `[api.manager]\n${toml(api)}[volume.local]\n${toml(volume)}`);
    return listeningOn(sandbox.start('proxy', '-c', `${name}.toml`));
  };
  const serving = ({ cert, key }: typeof client) => ({ ssl_enabled: true, ssl_cert: cert, ssl_privkey: key });
  const [strict, old, elsewhere, plain] = await Promise.all([
    startProxy('strict', { ...serving(good), ssl_client_ca: ca }),
    startProxy('old', serving(files.identity('expired', expired))),
    startProxy('elsewhere', serving(files.identity('wrong-host', wrongHost))),
    startProxy('unencrypted', {}),
  ]);
  urls = { good: strict, expired: old, wrongHost: elsewhere };
  const mine = { client_cert: client.cert, client_key: client.key };
  entries = {
    right: { manager_api: strict, ca, ...mine },
    unverified: { manager_api: strict, ssl_verify: false, ...mine },
    wrong_ca: { manager_api: strict, ca: otherCa, ...mine },
    expired: { manager_api: old, ca },
    wrong_host: { manager_api: elsewhere, ca },
    no_client: { manager_api: strict, ca },
    other_client: { manager_api: strict, ca, client_cert: otherClient.cert, client_key: otherClient.key },
    plain: { manager_api: strict.replace('https:', 'http:') },
    no_tls: { manager_api: plain.replace('http:', 'https:'), ca },
  };
  const proxies = Object.entries(entries).map(
    ([name, entry]) => `[proxies.${name}]\n${toml({ ...entry, secret: 's' })}`,
  );
  const api = toml({ listen: '127.0.0.1:0', ...serving(good), ssl_client_ca: ca });
  files.file('manager.toml', `[api]\n${api}${proxies.join('')}`);
  managerUrl = await listeningOn(sandbox.start('manager', '-c', 'manager.toml'));
}, 60_000);
afterAll(() => {
  sandbox.close();
});

describe('a poll of a proxy', () => {
  it('is let in, or tells why not, one by one', async () => {
    const fetch = await managerFetch(managerUrl, { ca, 'client-cert': client.cert, 'client-key': client.key });
    const manager = createManagerClient({ url: managerUrl, fetch });
    const said = async () => {
      const all = await manager.storageProxyHealthList.query();
      return Object.fromEntries(all.map(({ proxy_name, error_message }) => [proxy_name, error_message]));
    };
    await expect.poll(said, { timeout: 15_000 }).toEqual(SAID);
  });
});

describe('a stream of a proxy', () => {
  let access: ProxyAccesses;
  beforeAll(async () => {
    const proxies = Object.entries(entries).map(([name, entry]) => [name, ProxyEntry.parse({ ...entry, secret: 's' })]);
    access = await openProxyAccess(Object.fromEntries(proxies), () => {});
  });
  afterAll(() => {
    access.stop();
  });

  it.each(CASES)('is let in, or tells why not: %s', async (name, sentence) => {
    const heard = await new Promise<string | null>((resolve) => {
      const stream = access.accessOf(name).client.health.watch.subscribe(
        { ping_ms: 1_000 },
        {
          onData: () => end(null),
          onConnectionStateChange: ({ error }) => {
            if (error !== null) end(describeFailure(error).message);
          },
        },
      );
      const end = (said: string | null) => {
        stream.unsubscribe();
        resolve(said);
      };
    });
    expect(heard).toBe(sentence);
  });
});

const status = async (url: string, more: readonly string[]) => {
  const { code, stdout, stderr } = await sandbox.run('status', '--url', url, ...more);
  return { code, said: stdout + stderr };
};
const showing = ({ cert, key }: typeof client) => ['--client-cert', cert, '--client-key', key];

describe('volhealth status', () => {
  it('is answered by a manager that serves HTTPS to who shows a certificate', async () => {
    await expect
      .poll(() => status(managerUrl, ['--ca', ca, ...showing(client)]), { timeout: 15_000 })
      .toEqual({ code: 1, said: expect.stringMatching(/2 of 9 proxies/) as string });
  });

  it('takes from the environment what no option says', async () => {
    const environment = { VOLHEALTH_URL: managerUrl, VOLHEALTH_CA: ca, VOLHEALTH_CLIENT_CERT: client.cert };
    const running = sandbox.startInShell('status', { ...environment, VOLHEALTH_CLIENT_KEY: client.key });
    expect(await running.says(/ of (9) proxies/)).toBe('9');
  });

  it.each<[string, () => [string, string[]], string]>([
    ['its authority is another', () => [managerUrl, ['--ca', otherCa, ...showing(client)]], SAID['wrong_ca'] ?? ''],
    ['no authority is named', () => [managerUrl, []], 'its certificate comes from an unknown authority'],
    ['its certificate has expired', () => [urls.expired, ['--ca', ca]], SAID['expired'] ?? ''],
    ['its name is another', () => [urls.wrongHost, ['--ca', ca]], SAID['wrong_host'] ?? ''],
    ['no certificate is shown', () => [managerUrl, ['--ca', ca]], SAID['no_client'] ?? ''],
    [
      'one of another authority is shown',
      () => [managerUrl, ['--ca', ca, ...showing(otherClient)]],
      SAID['other_client'] ?? '',
    ],
    ['HTTPS is asked for by http://', () => [managerUrl.replace('https:', 'http:'), []], SAID['plain'] ?? ''],
    [
      'the file of the authority is not there',
      () => [managerUrl, ['--ca', 'nope.pem']],
      '--ca: there is no file nope.pem; make it, or name another',
    ],
    [
      'a key has no certificate',
      () => [managerUrl, ['--client-key', client.key]],
      '--client-cert and --client-key go together',
    ],
  ])('says that it cannot ask, exit 2, where %s', async (_, given, sentence) => {
    const { code, said } = await status(...given());
    expect([code, said]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
