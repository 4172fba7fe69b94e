import { createPrivateKey } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, type TlsIdentity } from '../fakes/tls-material.ts';
import { createTlsFiles, type TlsFiles } from './tls-files.ts';
import { createSandbox, type Sandbox } from './volhealth.ts';

let sandbox: Sandbox;
let files: TlsFiles;
let identity: TlsIdentity;
/** Of no certificate here. */
let otherKey: string;
beforeAll(async () => {
  sandbox = createSandbox();
  files = createTlsFiles(sandbox.directory);
  const authority = await createAuthority();
  identity = await authority.issue({ names: ['127.0.0.1'], notAfter: new Date(Date.now() + 90 * 86_400_000) });
  files.file('ca.pem', authority.caPem);
  ({ key: otherKey } = await authority.issue({ names: ['other'] }));
});
afterAll(() => {
  sandbox.close();
});

const ENCRYPTED = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' } as const;
const HTTPS = 'ssl_enabled = true\nssl_cert = "s.pem"\nssl_privkey = "s.key"\n';
const PROXY = `[api.manager]\nservice_addr = "127.0.0.1:0"\nsecret = "s"\n${HTTPS}`;
const MANAGER = `[api]\nlisten = "127.0.0.1:0"\n${HTTPS}`;
const ENTRY = '[proxies.p]\nmanager_api = "https://127.0.0.1:9"\nsecret = "s"\nca = "ca.pem"\n';
const WITH_CLIENT = `${ENTRY}client_cert = "c.pem"\nclient_key = "c.key"\n`;

type Kind = 'proxy' | 'manager';

describe('a file of a certificate that cannot be used', () => {
  it.each<[Kind, string, () => unknown, string]>([
    [
      'proxy',
      PROXY,
      () => rmSync(join(sandbox.directory, 's.pem')),
      'api.manager.ssl_cert: there is no file s.pem; make it, or name another',
    ],
    [
      'proxy',
      PROXY,
      () => files.file('s.pem', 'no PEM'),
      'api.manager.ssl_cert: s.pem holds no certificate in PEM ("-----BEGIN CERTIFICATE-----…")',
    ],
    ['proxy', PROXY.replace('s.pem', '/tmp'), () => {}, 'api.manager.ssl_cert: /tmp is not a regular file'],
    [
      'proxy',
      PROXY,
      () => files.file('s.key', String(createPrivateKey(identity.key).export(ENCRYPTED))),
      'api.manager.ssl_privkey: s.key needs a passphrase; take that away: openssl pkey -in s.key -out KEY',
    ],
    [
      'proxy',
      `${PROXY}ssl_client_ca = "c.key"\n`,
      () => {},
      'api.manager.ssl_client_ca: c.key holds no certificate in PEM ("-----BEGIN CERTIFICATE-----…")',
    ],
    [
      'manager',
      MANAGER,
      () => files.file('s.key', 'no PEM'),
      'api.ssl_privkey: s.key holds no private key in PEM ("-----BEGIN PRIVATE KEY-----…")',
    ],
    [
      'manager',
      ENTRY.replace('ca.pem', 'nope.pem'),
      () => {},
      'proxies.p.ca: there is no file nope.pem; make it, or name another',
    ],
    [
      'manager',
      WITH_CLIENT,
      () => files.file('c.key', otherKey),
      'proxies.p.client_key: c.key is not the key of the first certificate in c.pem: the two belong together',
    ],
  ])('keeps a %s from starting, and is named by check-config: %#', async (kind, toml, spoil, message) => {
    for (const name of ['s', 'c']) files.identity(name, identity);
    files.file('config.toml', toml);
    spoil();
    const start = await sandbox.run(kind, '-c', 'config.toml');
    const check = await sandbox.run('check-config', 'config.toml');
    expect([start.code, start.stderr.split('\n').filter((line) => !line.startsWith('warning'))]).toEqual([
      2,
      [`volhealth ${kind}: ${message}`, ''],
    ]);
    expect([check.code, check.stderr]).toEqual([2, `volhealth check-config: ${message}\n`]);
  });

  it('is none of what check-config finds good', async () => {
    for (const name of ['s', 'c']) files.identity(name, identity);
    files.file('config.toml', MANAGER + WITH_CLIENT);
    expect(await sandbox.run('check-config', 'config.toml')).toEqual({
      code: 0,
      stdout: 'config.toml is good: a manager with 1 proxy.\n',
      stderr: '',
    });
  });
});
