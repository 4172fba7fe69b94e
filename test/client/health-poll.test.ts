import type { IncomingMessage, RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { describeFailure } from '../../client/failure.ts';
import { lightFetch } from '../../cli/light-fetch.ts';
import { createHealthPoll } from '../../client/health-poll.ts';
import { createServers } from './servers.ts';

const servers = createServers();
const { http, tcp } = servers;

afterEach(servers.close);

interface Asking {
  readonly known?: string | null;
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
}

const answering =
  (status: number, body: string, type = 'application/json'): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': type }).end(body);

describe.each([
  ['fetch', globalThis.fetch],
  ['something lighter', lightFetch()],
] as const)('the poll of a proxy, by %s', (_way, fetch) => {
  const ask = async (url: string, asking: Asking = {}): Promise<unknown> => {
    const { known = null, signal = new AbortController().signal, ...limits } = asking;
    return createHealthPoll({ url, secret: 's', fetch, ...limits })({ known, signal });
  };
  const failureOf = async (url: string, asking?: Asking): Promise<string> => {
    const { kind, message } = describeFailure(await ask(url, asking).catch((reason: unknown) => reason));
    return `${kind}: ${message}`;
  };

  it('gives the JSON as it came', async () => {
    const url = await http(answering(200, '{"status":"healthy","volumes":{"ü":null}}'));
    expect(await ask(url)).toEqual({ status: 'healthy', volumes: { ü: null } });
  });

  it.each([
    [null, '/manager-api/health'],
    ['a b&c:7', '/manager-api/health?known=a%20b%26c%3A7'],
  ])('shows the secret, and that it knows %j', async (known, path) => {
    const requests: IncomingMessage[] = [];
    const url = await http((request, response) => {
      requests.push(request);
      answering(200, '{}')(request, response);
    });
    await ask(`${url}/`, { known });
    expect(requests.map(({ method, url: asked }) => `${method} ${asked}`)).toEqual([`GET ${path}`]);
    expect(requests[0]?.headers['x-backendai-storage-auth-token']).toBe('s');
  });

  it.each([
    [403, 'application/problem+json', 'forbidden: the secret is refused (HTTP 403)'],
    [401, 'text/html', 'forbidden: the secret is refused (HTTP 401)'],
    [404, 'application/json', 'http: answered HTTP 404'],
    [502, 'text/html', 'http: answered HTTP 502'],
    [302, 'text/html', 'http: answered HTTP 302'],
    [200, 'text/html', 'unreadable: answered text/html instead of JSON'],
  ])('is told by why, in words: %i %s', async (status, type, words) => {
    const url = await http(answering(status, '{}', type));
    expect(await failureOf(url)).toBe(words);
  });

  it.each(['', '{', '<html>'])('cannot read %j', async (body) => {
    const url = await http(answering(200, body));
    expect(await failureOf(url)).toBe('unreadable: its answer could not be read');
  });

  it('reads no more than it may', async () => {
    const url = await http(answering(200, JSON.stringify('x'.repeat(2 ** 20))));
    expect(await failureOf(url, { maxBytes: 2 ** 20 })).toBe('too_large: answered more than 1 MiB');
  });

  it('tells that the connection was cut before the answer, or within it', async () => {
    const before = await tcp((socket) => socket.once('data', () => socket.destroy()));
    const within = await tcp((socket) =>
      socket.once('data', () => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"status":');
      }),
    );
    expect(await failureOf(before)).toMatch(/^cut: /);
    expect(await failureOf(within)).toMatch(/^cut: /);
  });

  it('ends with its signal, for the reason that it gives, even within an answer', async () => {
    const deadline = new AbortController();
    const url = await http((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    const asked = failureOf(url, { signal: deadline.signal });
    await expect.poll(() => servers.sockets.size).toBe(1);
    deadline.abort(new DOMException('timed out after 3 s', 'TimeoutError'));
    expect(await asked).toBe('timeout: timed out after 3 s');
    await expect.poll(() => servers.sockets.size).toBe(0);
  });
});
