import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority, selfSigned, type TlsIdentity } from '../../fakes/tls-material.ts';
import { blackhole, clientOf, getting, NOBODY, serve, serveBytes } from './servers.ts';

const NAMES = ['localhost', '127.0.0.1', '::1'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ANSWER = { status: 200, text: '{"a":1}' };

let dir = '';
let ca = '';
let authority: Authority;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'volhealth-http-'));
  ca = join(dir, 'ca.pem');
  authority = await createAuthority();
  await writeFile(ca, authority.caPem);
});
afterAll(() => rm(dir, { recursive: true }));

const answer = (response: ServerResponse) => response.end(ANSWER.text);
const serveTls = async (tls: TlsIdentity | Promise<TlsIdentity>) =>
  (await serve((_request, response) => answer(response), { tls: await tls })).url;
const ago = (ms: number) => new Date(Date.now() - ms);

/** Redirects everything but what is asked `/there`. */
const redirecting = async (location: string, status = 302) => {
  const asked: string[] = [];
  const { url } = await serve((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    if (request.url === '/there') answer(response);
    else response.writeHead(status, { location: location.replace('SELF', url) }).end('elsewhere');
  });
  return { url, asked };
};

/** Counts what it is asked. */
const counting = async (respond: (response: ServerResponse) => void = answer) => {
  let asked = 0;
  const { url } = await serve((_request, response) => {
    asked += 1;
    respond(response);
  });
  return { url, asked: () => asked };
};

describe('a call over TLS', () => {
  it('is answered by who has a certificate of the authority', async () => {
    const endpoint = await serveTls(authority.issue({ names: NAMES }));
    expect(await clientOf([endpoint], { ca })(getting('/'))).toEqual(ANSWER);
  });

  it('is answered by anyone where certificates are not verified', async () => {
    expect(await clientOf([await serveTls(selfSigned(NAMES))], { verifyTls: false })(getting('/'))).toEqual(ANSWER);
  });

  it.each<[string, () => Promise<TlsIdentity>]>([
    [
      'its certificate expired 3 days ago',
      () => authority.issue({ names: NAMES, notBefore: ago(9 * DAY_MS), notAfter: ago(3.5 * DAY_MS) }),
    ],
    [
      'its certificate expired 1 day ago',
      () => authority.issue({ names: NAMES, notBefore: ago(9 * DAY_MS), notAfter: ago(1.5 * DAY_MS) }),
    ],
    [
      'its certificate expired less than a day ago',
      () => authority.issue({ names: NAMES, notBefore: ago(9 * DAY_MS), notAfter: ago(HOUR_MS) }),
    ],
    ['its certificate is not valid yet', () => authority.issue({ names: NAMES, notBefore: ago(-HOUR_MS) })],
    ['its certificate is for another name', () => authority.issue({ names: ['other.example'] })],
    ['its certificate is self-signed: name it in `ca`', () => selfSigned(NAMES)],
    [
      'its certificate comes from an unknown authority: name that in `ca`',
      async () => (await createAuthority()).issue({ names: NAMES }),
    ],
  ])('fails in words that a person understands: %s', async (sentence, issue) => {
    const endpoint = await serveTls(issue());
    await expect(clientOf([endpoint], { ca })(getting('/'))).rejects.toMatchObject({
      name: 'ApiFailed',
      kind: 'untrusted',
      message: `${endpoint}: ${sentence}`,
    });
  });

  it('is answered under one authority after another, without a restart and without one that fails', async () => {
    const file = join(dir, 'replaced.pem');
    const next = await createAuthority();
    const [before, after] = [
      await serveTls(authority.issue({ names: NAMES })),
      await serveTls(next.issue({ names: NAMES })),
    ];
    await writeFile(file, authority.caPem);
    const asks = [before, after].map((endpoint) => clientOf([endpoint], { ca: file }));
    const outcomes = () =>
      Promise.all(
        asks.map((ask) =>
          ask(getting('/')).then(
            ({ status }) => status,
            ({ kind }: { kind: string }) => kind,
          ),
        ),
      );
    expect(await outcomes()).toEqual([200, 'untrusted']);
    await writeFile(file, `${authority.caPem}\n${next.caPem}`);
    expect(await outcomes()).toEqual([200, 200]);
    // Also what has a connection that was good under the former one asks under the new one.
    await writeFile(file, next.caPem);
    expect(await outcomes()).toEqual(['untrusted', 200]);
  });

  it('goes on under the former authority while its file is being replaced', async () => {
    const file = join(dir, 'half.pem');
    await writeFile(file, authority.caPem);
    const ask = clientOf([await serveTls(authority.issue({ names: NAMES }))], { ca: file });
    await ask(getting('/'));
    for (const content of [authority.caPem.slice(0, 200), '']) {
      await writeFile(file, content);
      expect(await ask(getting('/'))).toEqual(ANSWER);
    }
    await rm(file);
    expect(await ask(getting('/'))).toEqual(ANSWER);
  });

  it('names the file that cannot be used once the former authority is of no use either', async () => {
    const file = join(dir, 'gone.pem');
    await writeFile(file, (await createAuthority()).caPem);
    const ask = clientOf([await serveTls(authority.issue({ names: NAMES }))], { ca: file });
    await expect(ask(getting('/'))).rejects.toMatchObject({ kind: 'untrusted' });
    await rm(file);
    await expect(ask(getting('/'))).rejects.toMatchObject({ name: 'OptionUnreadable' });
  });

  it.each([
    ['is not there', null, 'cannot be read: ENOENT'],
    ['is no PEM', 'hello', 'holds no certificate in PEM'],
    [
      'holds no certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'holds no certificate in PEM',
    ],
  ])('names the file of the authority that %s, and works once it is right', async (_, content, problem) => {
    const file = join(dir, `${problem.length}-${content?.length}.pem`);
    if (content !== null) await writeFile(file, content);
    const ask = clientOf([await serveTls(authority.issue({ names: NAMES }))], { ca: file });
    await expect(ask(getting('/'))).rejects.toMatchObject({
      name: 'OptionUnreadable',
      message: `the file ${file} ${problem}`,
    });
    await writeFile(file, `# ours\n${authority.caPem}`);
    expect(await ask(getting('/'))).toEqual(ANSWER);
  });
});

describe('a call that is not answered', () => {
  const HTTP = 'http://';
  it.each<[string, string, string | Buffer, boolean?]>([
    ['unreadable', 'its answer is not proper HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['unreadable', 'its answer is not proper HTTP', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['unreachable', 'the connection was cut', ''],
    ['unreachable', 'the connection was cut', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'],
    [
      'unreachable',
      'the connection was cut in the middle of the answer',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}',
    ],
    [
      'unreadable',
      'it goes over to another protocol',
      'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      true,
    ],
  ])('is %s, and says so: %s %#', async (kind, sentence, bytes, thenOpen = false) => {
    const { authority: at } = await serveBytes(bytes, { thenOpen });
    const failed = clientOf([HTTP + at])(getting('/'));
    await expect(failed).rejects.toMatchObject({ kind, message: `${HTTP}${at}: ${sentence}` });
  });

  it.each([
    ['https://no-such-host.invalid', 'host name not found'],
    [NOBODY, 'connection refused'],
  ])('is unreachable: %s: %s', async (endpoint, sentence) => {
    await expect(clientOf([endpoint])(getting('/'))).rejects.toMatchObject({
      kind: 'unreachable',
      message: `${endpoint}: ${sentence}`,
    });
  });

  it('tells in no form what was sent', async () => {
    const { authority: at } = await serveBytes('');
    const secret = 'Bearer Not-To-Be-Shown';
    for (const method of ['GET', 'POST'] as const) {
      const call = getting('/', { method, headers: { authorization: secret }, json: { secret } });
      const error: unknown = await clientOf([HTTP + at])(call).catch((reason: unknown) => reason);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('Not-To-Be-Shown');
    }
  });
});

describe('an answer', () => {
  it.each<[string, string, { status: number; text: string }]>([
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n{"a":1}', ANSWER],
    ['in chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n', ANSWER],
    ['behind a byte order mark', 'HTTP/1.1 200 OK\r\n\r\n\uFEFF{"a":1}', ANSWER],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, text: '' }],
    ['that nothing has changed', 'HTTP/1.1 304 Not Modified\r\n\r\n', { status: 304, text: '' }],
    ['of any status', 'HTTP/1.1 599 Odd\r\n\r\nodd', { status: 599, text: 'odd' }],
    ['after 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{"a":1}', ANSWER],
  ])('%s is read', async (_, bytes, read) => {
    const { authority: at } = await serveBytes(bytes);
    expect(await clientOf([`http://${at}`])(getting('/'))).toEqual(read);
  });

  it('that is compressed, although nobody asked for that, is not unpacked', async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync(ANSWER.text));
    });
    const { status, text } = await clientOf([url])(getting('/'));
    expect([status, text.charCodeAt(0)]).toEqual([200, 0x1f]);
  });
});

describe('the address of a call', () => {
  it.each([
    '/gnr/v2/filesystems/%3Aall%3A/filesets?filter=component%3DGPFS',
    '/a/%2e%2F%20/b?x=%5B1%5D&y=a+b',
    '//two/slashes',
  ])('is sent as it was encoded, behind the path of the endpoint: %s', async (path) => {
    const asked: (string | undefined)[] = [];
    const { url } = await serve((request, response) => {
      asked.push(request.url);
      answer(response);
    });
    await clientOf([`${url}/acme%3A1`])(getting(path));
    expect(asked).toEqual([`/acme%3A1${path}`]);
  });

  it('may be one of IPv6', async () => {
    const { url } = await serve((_request, response) => answer(response), {
      host: '::1',
      tls: await authority.issue({ names: NAMES }),
    });
    expect(url).toContain('[::1]');
    expect(await clientOf([url], { ca })(getting('/'))).toEqual(ANSWER);
  });

  it('is at the endpoint, whatever the path says', async () => {
    const { url } = await serve((_request, response) => answer(response));
    const failed = clientOf(['http://storage.example'])(getting(`@${url.replace('http://', '')}/`));
    await expect(failed).rejects.toMatchObject({ kind: 'unreadable' });
  });
});

describe('a redirect', () => {
  it.each(['/there', 'there', 'SELF/there'])(
    'within the origin is followed, with what proves who asks: %s',
    async (to) => {
      const { url, asked } = await redirecting(to);
      expect(await clientOf([url])(getting('/', { headers: { authorization: 'me' } }))).toEqual(ANSWER);
      expect(asked).toEqual(['GET / me', 'GET /there me']);
    },
  );

  it('to another origin is not followed', async () => {
    const other = await redirecting('/');
    const { url } = await redirecting(`${other.url}/there`);
    expect(await clientOf([url])(getting('/'))).toEqual({ status: 302, text: 'elsewhere' });
    expect(other.asked).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('%s is not followed by what is posted', async (status) => {
    const { url, asked } = await redirecting('/there', status);
    const post = getting('/', { method: 'POST', json: { password: 'p' } });
    expect(await clientOf([url])(post)).toEqual({ status, text: 'elsewhere' });
    expect(asked).toEqual(['POST / undefined']);
  });

  it.each(['http://[', 'ftp://elsewhere/', 'data:,x'])('to nowhere is the answer itself: %s', async (to) => {
    const { url } = await redirecting(to);
    expect(await clientOf([url])(getting('/'))).toEqual({ status: 302, text: 'elsewhere' });
  });

  it('in a circle is given up', async () => {
    const { url, asked } = await redirecting('/');
    await expect(clientOf([url])(getting('/'))).rejects.toThrow(`${url}: it redirects in a circle`);
    expect(asked).toHaveLength(4);
  });
});

describe('several endpoints', () => {
  it('are tried in their order, past one that refuses and one that lets nobody connect', async () => {
    const [hole, good] = [await blackhole(), await counting()];
    expect(await clientOf([NOBODY, hole, good.url], { connectMs: 100 })(getting('/'))).toEqual(ANSWER);
  });

  it('are all named when none can be reached', async () => {
    const endpoints = [NOBODY, await blackhole()];
    await expect(clientOf(endpoints, { connectMs: 100 })(getting('/'))).rejects.toMatchObject({
      kind: 'timeout',
      message: `${NOBODY}: connection refused; ${endpoints[1]}: timed out while connecting`,
    });
  });

  it('are asked where it went well the last time', async () => {
    const [first, second] = [await counting(), await counting()];
    const ask = clientOf([NOBODY, first.url, second.url]);
    for (let call = 0; call < 3; call += 1) await ask(getting('/'));
    expect([first.asked(), second.asked()]).toEqual([3, 0]);
  });

  it.each(['GET', 'POST'] as const)(
    'are not tried after a %s was sent, but the next call begins elsewhere',
    async (method) => {
      const cut = await counting((response) => response.socket?.destroy());
      const good = await counting();
      const ask = clientOf([cut.url, good.url]);
      const call = getting('/', { method, json: {} });
      await expect(ask(call)).rejects.toMatchObject({ message: `${cut.url}: the connection was cut` });
      expect([cut.asked(), good.asked()]).toEqual([1, 0]);
      expect(await ask(call)).toEqual(ANSWER);
    },
  );

  it('are not left with one that keeps silent', async () => {
    const caller = new AbortController();
    const silent = await counting(() => caller.abort(new Error('too late')));
    const good = await counting();
    const ask = clientOf([silent.url, good.url]);
    await expect(ask(getting('/', { signal: caller.signal }))).rejects.toThrow('too late');
    expect(await ask(getting('/'))).toEqual(ANSWER);
    expect([silent.asked(), good.asked()]).toEqual([1, 1]);
  });

  it('are not tried after a redirect, by which something was sent', async () => {
    const cut = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/gone', connection: 'close' }).end();
      else response.socket?.destroy();
    });
    const good = await counting();
    await expect(clientOf([cut.url, good.url])(getting('/'))).rejects.toThrow(`${cut.url}: the connection was cut`);
    expect(good.asked()).toBe(0);
  });
});

describe('connections', () => {
  it('are kept for the next call, and closed once nobody needs them', async () => {
    const head = 'HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 7\r\n\r\n';
    const { authority: address, connections } = await serveBytes(`${head}${ANSWER.text}`, { thenOpen: true });
    const life = new AbortController();
    const ask = clientOf([`http://${address}`], { stopping: life.signal });
    expect(await ask(getting('/'))).toEqual(ANSWER);
    expect(connections()).toBe(1);
    life.abort();
    await expect.poll(connections).toBe(0);
  });
});
