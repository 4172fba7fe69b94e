import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { connect, type ConnectionOptions } from 'node:tls';
import { Agent, type buildConnector, fetch as undiciFetch } from 'undici';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeFailure } from '../../client/failure.ts';
import { describeTlsFailure } from '../../client/tls-failure.ts';
import { type Authority, createAuthority, selfSigned, type TlsIdentity } from '../fakes/tls-material.ts';
import { createServers } from './servers.ts';

const NAMES = ['localhost', '127.0.0.1'];
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS);

let authority: Authority;
let other: Authority;
beforeAll(async () => {
  [authority, other] = await Promise.all([createAuthority(), createAuthority()]);
});
const servers = createServers();
afterEach(servers.close);

async function https(identity: TlsIdentity | Promise<TlsIdentity>, more: ServerOptions = {}): Promise<string> {
  const server = createHttpsServer({ ...(await identity), ...more }, (_, response) => response.end('{}'));
  server.on('tlsClientError', () => {});
  return (await servers.listening(server)).replace('http:', 'https:');
}

async function failureOf(url: string, more: ConnectionOptions = {}): Promise<string> {
  const dispatcher = new Agent({ connect: { ca: authority.caPem, ...more } as buildConnector.BuildOptions });
  const error = await undiciFetch(url, { dispatcher }).then(
    () => null,
    (reason: unknown) => reason,
  );
  await dispatcher.destroy();
  const { kind, message } = describeFailure(error);
  return `${kind}: ${message}`;
}

describe('a server whose certificate is not trusted', () => {
  it.each<[string, () => Promise<TlsIdentity>]>([
    [
      'its certificate has expired',
      () => authority.issue({ names: NAMES, notBefore: inHours(-9), notAfter: inHours(-1) }),
    ],
    ['its certificate is not valid yet', () => authority.issue({ names: NAMES, notBefore: inHours(1) })],
    ['its certificate is for another name', () => authority.issue({ names: ['other.example'] })],
    ['its certificate is self-signed', () => selfSigned(NAMES)],
    ['its certificate is not one for a server', () => authority.issue({ names: NAMES, usage: 'client' })],
    [
      'its certificate comes from an unknown authority, or without its intermediate ones',
      () => other.issue({ names: NAMES }),
    ],
  ])('is told by why: %s', async (sentence, issue) => {
    expect(await failureOf(await https(issue()))).toBe(`tls: ${sentence}`);
  });

  it('is trusted with its intermediate authority, and told by that where it is left out', async () => {
    const whole = await (await authority.intermediate()).issue({ names: NAMES });
    expect(await failureOf(await https(whole))).toBe('unreachable: cannot be asked: null');
    const [leaf = ''] = whole.cert.split(/(?<=-----END CERTIFICATE-----)/);
    expect(await failureOf(await https({ ...whole, cert: leaf }))).toBe(
      'tls: its certificate comes from an unknown authority, or without its intermediate ones',
    );
  });
});

describe('a handshake that fails', () => {
  it('says that there is no TLS on the port', async () => {
    const plain = await servers.listening(createHttpServer((_, response) => response.end('{}')));
    expect(await failureOf(plain.replace('http:', 'https:'))).toBe(
      'tls: there is no TLS on that port: http:// instead of https://?',
    );
  });

  it('says that the other side is too old', async () => {
    const old: ServerOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    expect(await failureOf(await https(authority.issue({ names: NAMES }), old))).toBe(
      'tls: it does not speak TLS 1.2 or later',
    );
  });

  it('says of TLS 1.2 that a client certificate may be wanted: a server does not say more', async () => {
    const asking: ServerOptions = { requestCert: true, ca: authority.caPem, maxVersion: 'TLSv1.2' };
    expect(await failureOf(await https(authority.issue({ names: NAMES }), asking))).toBe(
      'tls: it refused the TLS handshake: it may want a certificate of its clients',
    );
  });

  it('says of TLS 1.3 that a client certificate is wanted', async () => {
    const url = new URL(await https(authority.issue({ names: NAMES }), { requestCert: true, ca: authority.caPem }));
    const error = await new Promise((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(url.port),
        ca: authority.caPem,
        servername: 'localhost',
      });
      socket.on('error', resolve).resume();
    });
    expect(describeFailure(error)).toMatchObject({ kind: 'tls', message: 'it wants a certificate of its clients' });
  });
});

describe('what a server says of a certificate of its client', () => {
  it.each([
    [
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'it does not accept our client certificate: it comes from an authority that it does not know',
    ],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'it does not accept our client certificate: it has expired'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'it does not accept our client certificate: it was revoked'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'it does not accept our client certificate'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'it does not accept our client certificate'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'it refused the TLS handshake: it may want a certificate of its clients'],
    ['ERR_SSL_SOMETHING_NEW', 'the TLS handshake failed'],
    ['EE_KEY_TOO_SMALL', 'its certificate cannot be accepted: EE_KEY_TOO_SMALL'],
    ['ECONNREFUSED', null],
  ])('is read from %s: %s', (code, sentence) => {
    expect(describeTlsFailure(code, '')).toBe(sentence);
  });

  it('is read from the words of OpenSSL where the code is EPROTO', () => {
    expect(
      describeTlsFailure('EPROTO', 'write EPROTO 80:error:0A00045C:SSL routines:tlsv13 alert certificate required'),
    ).toBe('it wants a certificate of its clients');
  });
});
