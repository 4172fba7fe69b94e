import { execFile } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientOf, getting, serve, serveBytes } from './servers.ts';

const EIGHT_MIB = 8 * 1_024 * 1_024;

/** Sends for as long as somebody listens. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, 'x');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    response.once('drain', more);
  };
  more();
}

/** Answers the first request of a connection, and cuts it at the second. */
const serveOnceEach = async () => {
  const asked: string[] = [];
  const seen = new WeakSet<Socket>();
  const held: ServerResponse[] = [];
  const { url } = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (seen.has(request.socket)) return request.socket.destroy();
    seen.add(request.socket);
    if (request.url !== '/held') return response.end('{}');
    return held.push(response);
  });
  const ask = clientOf([url]);
  /** So many connections are open then, and idle. */
  const open = async (count: number) => {
    const answers = Promise.all(Array.from({ length: count }, () => ask(getting('/held'))));
    await vi.waitFor(() => expect(held).toHaveLength(count));
    for (const response of held) response.end('{}');
    await answers;
    asked.length = 0;
  };
  return { ask, asked, open };
};

describe('a call', () => {
  it('is made over the connection of the one before', async () => {
    const sockets = new Set<Socket>();
    const { url } = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('{}');
    });
    const ask = clientOf([url]);
    for (let call = 0; call < 3; call += 1) await ask(getting('/'));
    expect(sockets.size).toBe(1);
  });

  it('cuts its connection when its caller gives up, and ends as the caller says', async () => {
    const caller = new AbortController();
    const { url, connections } = await serve(() => caller.abort(new Error('given up')));
    await expect(clientOf([url])(getting('/', { signal: caller.signal }))).rejects.toThrow('given up');
    await vi.waitFor(() => expect(connections()).toBe(0));
  });

  it('is not made for a caller who has given up before', async () => {
    const { url, connections } = await serve((_request, response) => response.end('{}'));
    const signal = AbortSignal.abort(new Error('given up'));
    await expect(clientOf([url])(getting('/', { signal }))).rejects.toThrow('given up');
    expect(connections()).toBe(0);
  });

  it('leaves no listener with its caller, and no warning of too many', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on('warning', hear);
    onTestFinished(() => void process.off('warning', hear));
    const { url } = await serve((_request, response) => response.end('{}'));
    const { signal } = new AbortController();
    const ask = clientOf([url]);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, call) => ask(getting(`/${call}`, { signal }))));
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(warnings).toEqual([]);
  });

  it('does not keep the process alive once it is answered', async () => {
    const { url, connections } = await serve((_request, response) => response.end('{}'));
    const script = `
      import { createHttpClient } from './backends/api/http-client.ts';
      const ask = createHttpClient({ system: 'ACME', endpoints: ['${url}'], verifyTls: true, connectMs: 9e4, maxCalls: 4 });
      const { status } = await ask({ method: 'GET', path: '/', headers: {}, signal: AbortSignal.timeout(9e4) });
      console.log(status);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe('200');
    await vi.waitFor(() => expect(connections()).toBe(0));
  });
});

describe('a connection that the server closes just when it is used again', () => {
  it('costs a GET nothing: it is repeated once, on a new connection', async () => {
    const { ask, asked, open } = await serveOnceEach();
    await open(3);
    expect(await ask(getting('/'))).toEqual({ status: 200, text: '{}' });
    expect(asked).toEqual(['GET /', 'GET /']);
  });

  it('costs no POST its answer: it has a connection of its own, and is sent once', async () => {
    const { ask, asked, open } = await serveOnceEach();
    await open(1);
    expect(await ask(getting('/', { method: 'POST', json: {} }))).toMatchObject({ status: 200 });
    expect(asked).toEqual(['POST /']);
  });

  it('is no reason to repeat what was cut on a new one', async () => {
    let asked = 0;
    const { url } = await serve((request) => {
      asked += 1;
      request.socket.destroy();
    });
    await expect(clientOf([url])(getting('/'))).rejects.toThrow('the connection was cut');
    expect(asked).toBe(1);
  });
});

describe('an answer', () => {
  it('of 8 MiB is read', async () => {
    const { url } = await serve((_request, response) => response.end(Buffer.alloc(EIGHT_MIB, ' ')));
    expect((await clientOf([url])(getting('/'))).text).toHaveLength(EIGHT_MIB);
  });

  it.each([
    ['that never ends', (response: ServerResponse) => pour(response)],
    ['to a redirect', (response: ServerResponse) => pour(response.writeHead(302, { location: '/' }))],
  ])('%s is refused, and its connection cut', async (_, respond) => {
    const { url, connections } = await serve((_request, response) => respond(response));
    const ask = clientOf([url]);
    await expect(ask(getting('/'))).rejects.toMatchObject({
      kind: 'unreadable',
      message: `${url}: its answer is larger than 8 MiB`,
    });
    await vi.waitFor(() => expect(connections()).toBe(0));
  });

  it('of one byte more is refused', async () => {
    const { url } = await serve((_request, response) => response.end(Buffer.alloc(EIGHT_MIB + 1, ' ')));
    await expect(clientOf([url])(getting('/'))).rejects.toThrow('its answer is larger than 8 MiB');
  });

  it('that makes the connection something else leaves none open', async () => {
    const bytes = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    const { authority, connections } = await serveBytes(bytes, { thenOpen: true });
    await expect(clientOf([`http://${authority}`])(getting('/'))).rejects.toThrow('another protocol');
    await vi.waitFor(() => expect(connections()).toBe(0));
  });
});

describe('what is posted', () => {
  it('is JSON, and says so', async () => {
    const heard = Promise.withResolvers<[string | undefined, string]>();
    const { url } = await serve(async (request, response) => {
      request.setEncoding('utf8');
      const [body] = (await once(request, 'data')) as [string];
      heard.resolve([request.headers['content-type'], body]);
      response.end('{}');
    });
    await clientOf([url])(getting('/', { method: 'POST', json: { password: 'pä"ss' } }));
    expect(await heard.promise).toEqual(['application/json', '{"password":"pä\\"ss"}']);
  });
});
