import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { RequestError } from 'got';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeTransport, isBeforeConnection } from '../../../backends/api/transport-failure.ts';
import { createAuthority } from '../../fakes/tls-material.ts';
import { clientOf, getting, serve, serveBytes } from './servers.ts';

function errorOf(code: string, message = ''): RequestError {
  const request = Object.assign(new Error(message), { code });
  return new RequestError(message, request, undefined as never);
}

describe('a failure on the way to an API', () => {
  it.each([
    ['ECONNREFUSED', 'unreachable', 'connection refused', true],
    ['ENOTFOUND', 'unreachable', 'host name not found', true],
    ['EAI_AGAIN', 'unreachable', 'host name cannot be looked up', true],
    ['EHOSTUNREACH', 'unreachable', 'no route to the host', true],
    ['ENETUNREACH', 'unreachable', 'no route to the network', true],
    ['ETIMEDOUT', 'timeout', 'timed out while connecting', true],
    ['ECONNRESET', 'unreachable', 'the connection was cut', false],
    ['EPIPE', 'unreachable', 'the connection was cut', false],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted', 'unknown authority', false],
    ['CERT_REVOKED', 'untrusted', 'its certificate cannot be accepted: CERT_REVOKED', false],
    ['EE_KEY_TOO_SMALL', 'untrusted', 'its certificate cannot be accepted: EE_KEY_TOO_SMALL', false],
    ['HPE_INVALID_HEADER_TOKEN', 'unreadable', 'its answer is not proper HTTP', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'unreachable', 'no TLS on that port', false],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'unreachable', 'it does not speak TLS 1.2 or later', false],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'unreachable', 'the TLS handshake failed', false],
    ['E_NEW', 'unreachable', 'it cannot be asked: E_NEW', false],
  ])('%s is read as %s: %s', (code, kind, sentence, isBefore) => {
    expect(describeTransport(errorOf(code))).toEqual({ kind, sentence: expect.stringContaining(sentence) });
    expect(isBeforeConnection(errorOf(code))).toBe(isBefore);
  });

  it('that is none of the transport says nothing of a connection', () => {
    expect(isBeforeConnection(new Error('ECONNREFUSED'))).toBe(false);
  });
});

describe('a TLS handshake', () => {
  const OLD: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };

  it.each<[string, TlsOptions]>([
    ['it does not speak TLS 1.2 or later', OLD],
    ['it wants a certificate of its clients', { requestCert: true, rejectUnauthorized: true }],
  ])('fails in words that a person understands: %s', async (sentence, options) => {
    const tls = await (await createAuthority()).issue({ names: ['127.0.0.1'] });
    const server = createTlsServer({ ...tls, ...options }, (socket) => socket.on('error', () => {}));
    server.on('tlsClientError', () => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(clientOf([endpoint], { verifyTls: false })(getting('/'))).rejects.toMatchObject({
      kind: 'unreachable',
      message: `${endpoint}: ${sentence}`,
    });
  });

  it('fails in words that a person understands: there is no TLS on that port', async () => {
    const plain = await serve((_request, response) => response.end('{}'));
    const odd = await serveBytes('SSH-2.0-OpenSSH_9.6\r\n');
    for (const endpoint of [plain.url.replace('http:', 'https:'), `https://${odd.authority}`]) {
      const failed = clientOf([endpoint])(getting('/'));
      await expect(failed).rejects.toThrow(`${endpoint}: there is no TLS on that port: http:// instead of https://?`);
    }
  });

  it('that is never answered is left for the next endpoint', async () => {
    const silent = await serveBytes(null);
    const good = await serve((_request, response) => response.end('{}'));
    const ask = clientOf([`https://${silent.authority}`, good.url], { connectMs: 100 });
    expect(await ask(getting('/'))).toEqual({ status: 200, text: '{}' });
  });

  it('that is never answered says so', async () => {
    const silent = await serveBytes(null);
    const failed = clientOf([`https://${silent.authority}`], { connectMs: 100 })(getting('/'));
    await expect(failed).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('the TLS handshake took too long'),
    });
  });
});
