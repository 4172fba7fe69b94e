import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openOwnCertificate, type OwnCertificate } from '../../cli/own-certificate.ts';
import { ServerTls } from '../../schema/server-tls.ts';
import { type Authority, type CertificateRequest, createAuthority, type TlsIdentity } from '../fakes/tls-material.ts';
import { createTlsFiles, type TlsFiles } from './tls-files.ts';

const DAY_MS = 86_400_000;
const NAMES = ['127.0.0.1'];
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);

let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});

let directory: string;
let files: TlsFiles;
let lines: string[];
const opened: (() => void)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'volhealth-own-'));
  files = createTlsFiles(directory);
  lines = [];
});
afterEach(() => {
  for (const close of opened.splice(0)) close();
  rmSync(directory, { recursive: true });
});

const issue = (more: Partial<CertificateRequest> = {}) =>
  authority.issue({ names: NAMES, notAfter: inDays(90), ...more });
const serialOf = ({ cert }: TlsIdentity) => new X509Certificate(cert).serialNumber;
const settings = (more: Partial<ServerTls> = {}) =>
  ServerTls.parse({
    ssl_enabled: true,
    ssl_cert: join(directory, 's.pem'),
    ssl_privkey: join(directory, 's.key'),
    ...more,
  });
/** The log with the directory left out. */
const said = () => lines.map((line) => line.replaceAll(`${directory}/`, ''));

async function open(tls = settings()): Promise<OwnCertificate> {
  const certificate = await openOwnCertificate(tls, {
    table: 'api',
    log: (level, line) => lines.push(`${level} ${line}`),
  });
  if (certificate === undefined) throw new Error('it serves plain HTTP');
  opened.push(certificate.stop);
  return certificate;
}

async function serve(certificate: OwnCertificate): Promise<Server> {
  const server = createServer(certificate.serverOptions(), (_, response) => response.end('{}'));
  certificate.follow(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(() => void server.close());
  return server;
}

async function serialAt(server: Server): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: authority.caPem });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

describe('the certificate of a service', () => {
  it('is none where it serves plain HTTP, whatever the files are', async () => {
    const tls = settings({ ssl_enabled: false });
    expect(await openOwnCertificate(tls, { table: 'api', log: () => {} })).toBeUndefined();
  });

  it('is replaced without a word but that, when its files hold another', async () => {
    const [first, second] = await Promise.all([issue(), issue()]);
    files.identity('s', first);
    const certificate = await open();
    const server = await serve(certificate);
    expect(await serialAt(server)).toBe(serialOf(first));
    await certificate.reload();
    expect(said()).toEqual([]);
    files.identity('s', second);
    await certificate.reload();
    expect(await serialAt(server)).toBe(serialOf(second));
    expect(said()).toEqual(['info api: the certificate files have changed, and are used from now on']);
  });

  it.each<[string, () => Promise<void>, string]>([
    [
      'its key is of another',
      async () => void files.file('s.key', (await issue()).key),
      'api.ssl_privkey: s.key is not the key of the first certificate in s.pem: the two belong together',
    ],
    [
      'it is only half there',
      async () => void files.file('s.pem', (await issue()).cert.slice(0, 300)),
      'api.ssl_cert: s.pem holds no certificate in PEM ("-----BEGIN CERTIFICATE-----…")',
    ],
    [
      'its text is broken',
      async () => void files.file('s.pem', (await issue()).cert.replace(/\n.{64}\n/, '\n')),
      'api.ssl_cert: s.pem holds a certificate that cannot be read, number 1: is it whole?',
    ],
    [
      'its key is only half there',
      async () => void files.file('s.key', (await issue()).key.slice(0, 90)),
      'api.ssl_privkey: s.key holds no private key in PEM ("-----BEGIN PRIVATE KEY-----…")',
    ],
    [
      'it is not there',
      async () => unlinkSync(join(directory, 's.pem')),
      'api.ssl_cert: there is no file s.pem; make it, or name another',
    ],
    [
      'it has expired',
      async () => void files.identity('s', await issue({ notBefore: inDays(-9), notAfter: inDays(-2) })),
      `api.ssl_cert: s.pem expired on ${inDays(-2).toISOString().slice(0, 10)}: nobody trusts it any more; renew it`,
    ],
    [
      'it is not valid yet',
      async () => void files.identity('s', await issue({ notBefore: inDays(2) })),
      `api.ssl_cert: s.pem is not valid before ${inDays(2).toISOString().slice(0, 10)}: nobody trusts it until then`,
    ],
  ])('goes on where the new one cannot be used: %s', async (_, spoil, why) => {
    const [first, later] = await Promise.all([issue(), issue()]);
    files.identity('s', first);
    const certificate = await open();
    const server = await serve(certificate);
    await spoil();
    await certificate.reload();
    await certificate.reload();
    expect(await serialAt(server)).toBe(serialOf(first));
    expect(said()).toEqual([`error ${why}; the former one goes on`]);
    files.identity('s', later);
    await certificate.reload();
    expect(await serialAt(server)).toBe(serialOf(later));
  });

  it('is used though it has expired where there is no better one, with a warning', async () => {
    files.identity('s', await issue({ notBefore: inDays(-9), notAfter: inDays(-2) }));
    const certificate = await open();
    const expiry = `warn api.ssl_cert: the certificate in s.pem expired on ${inDays(-2).toISOString().slice(0, 10)}: nobody trusts it any more; renew it`;
    expect(said()).toEqual([expiry]);
    files.identity('s', await issue({ notBefore: inDays(-9), notAfter: inDays(-1.5) }));
    await certificate.reload();
    expect(said()[1]).toBe('info api: the certificate files have changed, and are used from now on');
  });

  it('is warned of, once, when it expires soon', async () => {
    files.identity('s', await issue({ notAfter: inDays(5.5) }));
    const certificate = await open();
    await certificate.reload();
    const day = inDays(5.5).toISOString().slice(0, 10);
    expect(said()).toEqual([`warn api.ssl_cert: the certificate in s.pem expires on ${day}, in 5 days: renew it`]);
  });

  it.skipIf(process.platform === 'win32')('is warned of when every user may read its key', async () => {
    files.identity('s', await issue());
    chmodSync(join(directory, 's.key'), 0o644);
    await open();
    expect(said()).toEqual([
      'warn api.ssl_privkey: every user of this machine may read s.key; mend that: chmod 600 s.key',
    ]);
  });

  it('may move to other files, if those can be used', async () => {
    const [first, second] = await Promise.all([issue(), issue()]);
    files.identity('s', first);
    const certificate = await open();
    const server = await serve(certificate);
    const { cert, key } = files.identity('other', second);
    await certificate.reload(settings({ ssl_cert: cert, ssl_privkey: join(directory, 'none.key') }));
    expect(await serialAt(server)).toBe(serialOf(first));
    await certificate.reload(settings({ ssl_cert: cert, ssl_privkey: key }));
    expect(await serialAt(server)).toBe(serialOf(second));
    await certificate.reload();
    expect(await serialAt(server)).toBe(serialOf(second));
  });

  it.each([{ ssl_enabled: false }, { ssl_client_ca: 'ca.pem' }])(
    'does not become another kind of service by %j',
    async (more) => {
      files.identity('s', await issue());
      const certificate = await open();
      await certificate.reload(settings(more));
      expect(said()).toEqual(['warn api: to serve TLS or not, with client certificates or without, takes a restart']);
    },
  );
});
