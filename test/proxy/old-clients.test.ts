import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, serveProxy, TOKEN } from './old-clients.ts';

const JSON_BODY = { ...TOKEN, 'content-type': 'application/json' };
const naming = (volume: unknown) => JSON.stringify({ volume });
const PROBS = 'https://api.backend.ai/probs/storage';

let proxy: Awaited<ReturnType<typeof serveProxy>>;
beforeEach(async () => {
  proxy = await serveProxy({ bodyTimeoutMs: 300 });
});
afterEach(() => {
  proxy.close();
});

const asking = (more: string): string => `GET /volume/hwinfo HTTP/1.1\r\nhost: p\r\n${more}`;

/** What a raw connection is answered after it has sent `text`, until it is hung up on. */
async function raw(text: string): Promise<string> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.write(text);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

describe.each(['', '/manager-api'])('a storage proxy that is asked under "%s"', (prefix) => {
  it.each(['/', '/status'])('says at %s who it is', async (path) => {
    expect(await proxy.get(prefix + path, { headers: {} })).toEqual({
      status: 'ok',
      type: 'manager-facing',
      'storage-proxy': '26.2.0',
    });
  });

  it.each(['/health', '/livez', '/readyz'])('answers %s to anybody', async (path) => {
    const { status, text } = await proxy.ask(prefix + path);
    expect([status, JSON.parse(text)]).toEqual([
      200,
      expect.objectContaining({
        version: '26.2.0',
        component: 'storage-proxy',
        connectivity: { overall_healthy: true, connectivity_checks: [], timestamp: expect.any(String) },
      }),
    ]);
  });

  it('lists its volumes as they are configured', async () => {
    expect(await proxy.get(`${prefix}/volumes`)).toEqual({
      volumes: [
        { name: 'local', backend: 'vfs', path: '/local', fsprefix: '.', capabilities: [] },
        { name: 'full', backend: 'vfs', path: '/full', fsprefix: 'vfroot', capabilities: [] },
        { name: 'gone', backend: 'vfs', path: '/gone', fsprefix: '.', capabilities: [] },
        { name: 'strange', backend: 'tape', path: '/tape', fsprefix: '.', capabilities: [] },
      ],
    });
  });

  it.each([
    ['local', 'healthy', 'usable, 35 % used'],
    ['full', 'degraded', 'nearly full, 35 % used'],
    ['gone', 'offline', "the volume's path does not exist"],
    ['strange', 'unavailable', 'no such backend'],
  ])('says in the hwinfo of %s that it is %s', async (volume, status, status_info) => {
    const hwinfo = await proxy.get(`${prefix}/volume/hwinfo`, { headers: JSON_BODY, body: naming(volume) });
    expect(hwinfo).toEqual({ status, status_info, metadata: expect.any(Object) });
  });

  it('says how full a file system is, and -1 where nothing is known', async () => {
    expect(await proxy.get(`${prefix}/folder/fs-usage`, { headers: JSON_BODY, body: naming('local') })).toEqual({
      capacity_bytes: 409_600,
      used_bytes: 155_648,
    });
    expect(await proxy.get(`${prefix}/folder/fs-usage?volume=gone`)).toEqual({ capacity_bytes: -1, used_bytes: -1 });
  });

  it('tells all that it knows of one volume', async () => {
    expect(await proxy.get(`${prefix}/volumes/full/health`)).toMatchObject({
      status: 'healthy',
      degraded: true,
      backend: 'vfs',
      state_type: 'hard',
      checks: [{ name: 'mount' }],
    });
  });

  it.each(['/volumes', '/volumes/local/health', '/volume/hwinfo?volume=local', '/folder/fs-usage?volume=local'])(
    'answers %s only to who has the secret',
    async (path) => {
      for (const [headers, title] of [
        [{}, 'Forbidden (missing auth token)'],
        [{ 'X-BackendAI-Storage-Auth-Token': 'wrong' }, 'Forbidden (invalid auth token)'],
        [{ Authorization: 'Bearer wrong' }, 'Forbidden (invalid auth token)'],
      ] as const) {
        const { status, headers: said, text } = await proxy.ask(prefix + path, { headers });
        expect([status, said['content-type']]).toEqual([403, 'application/problem+json']);
        expect(JSON.parse(text)).toEqual({ type: `${PROBS}/forbidden`, title, status: 403 });
      }
      expect((await proxy.ask(prefix + path, { headers: { authorization: `Bearer ${SECRET}` } })).status).toBe(200);
    },
  );

  it.each([
    '/',
    '/status',
    '/health',
    '/livez',
    '/readyz',
    '/volumes',
    '/volumes/local/health',
    '/volume/hwinfo?volume=local',
    '/folder/fs-usage?volume=local',
  ])('answers a HEAD of %s as a GET, without the body', async (path) => {
    const { status, text } = await proxy.ask(prefix + path, { method: 'HEAD', headers: TOKEN });
    expect([status, text]).toEqual([200, '']);
  });
});

it('is known at the bare prefix, too', async () => {
  expect((await proxy.ask('/manager-api')).text).toBe((await proxy.ask('/')).text);
});

describe('a volume that is asked for by name', () => {
  it.each<[string, string, string | string[]]>([
    ['a JSON body with its length', '/volume/hwinfo', naming('full')],
    ['a JSON body in chunks', '/volume/hwinfo', ['{"volume":', '"full"}']],
    ['the query', '/volume/hwinfo?volume=full', []],
    ['a body, which comes before the query', '/volume/hwinfo?volume=local', naming('full')],
  ])('may be named by %s', async (_, path, body) => {
    expect(await proxy.get(path, { headers: JSON_BODY, body })).toMatchObject({ status: 'degraded' });
  });

  it('may be named in a body that waits to be asked for', async () => {
    const headers = { ...JSON_BODY, Expect: '100-continue' };
    expect(await proxy.get('/volume/hwinfo', { headers, body: naming('full') })).toMatchObject({ status: 'degraded' });
  });

  it.each([
    '/volume/hwinfo?volume=nope',
    '/folder/fs-usage?volume=nope',
    '/volumes/nope/health',
    '/volumes/%ff/health',
  ])('is a mistake of the caller where there is none: %s', async (path) => {
    const { status, headers, text } = await proxy.ask(path, { headers: TOKEN });
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(text)).toMatchObject({ type: `${PROBS}/volume/invalid`, title: 'Invalid Volume' });
  });

  it.each<[string, string, object]>([
    ['nothing', '', { volume: 'is required' }],
    ['an object without it', '{}', { volume: 'is required' }],
    ['a number', naming(5), { volume: 'value is not a string' }],
    ['null', naming(null), { volume: 'value is not a string' }],
    ['no object', '[]', { volume: 'is required' }],
    ['a bare text', '"local"', { body: 'is not a JSON object' }],
    ['no JSON', 'volume=local', { body: 'is not a JSON object' }],
  ])('is a mistake of the caller where the request names it by %s', async (_, body, data) => {
    for (const path of ['/volume/hwinfo', '/folder/fs-usage']) {
      const { status, text } = await proxy.ask(path, { headers: JSON_BODY, body });
      expect([status, JSON.parse(text)]).toEqual([
        400,
        { type: `${PROBS}/invalid-api-params`, title: 'Invalid API parameters', status: 400, data },
      ]);
    }
  });
});

describe('the body of a GET', () => {
  it.each(['/', '/status', '/volumes'])('is refused by %s, which takes none', async (path) => {
    for (const body of ['{}', ['{', '}']]) {
      const { status, text } = await proxy.ask(path, { headers: JSON_BODY, body });
      expect([status, JSON.parse(text)]).toMatchObject([400, { type: `${PROBS}/malformed-request` }]);
    }
    expect((await proxy.ask(path, { headers: { ...TOKEN, 'content-length': '0' } })).status).toBe(200);
  });

  it('is left where the secret is missing, and the connection goes on', async () => {
    const body = naming('local');
    const text = await raw(
      `${asking(`content-length: ${body.length}\r\n\r\n`)}${body}` +
        `${asking(`authorization: Bearer ${SECRET}\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`)}${body}`,
    );
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200']);
  });

  it.each([
    ['has a length', ['x'.repeat(70_000)].join('')],
    ['comes in chunks', Array.from({ length: 7 }, () => 'x'.repeat(10_000))],
  ])('is refused where it is longer than 64 KiB and %s', async (_, body) => {
    const heard = await proxy.ask('/volume/hwinfo', { headers: JSON_BODY, body }).then(
      ({ status }) => status,
      // Hung up on before it had sent all.
      () => 413,
    );
    expect(heard).toBe(413);
    expect((await proxy.ask('/livez')).status).toBe(200);
  });

  it.each(['content-length: 20', 'transfer-encoding: chunked', 'expect: 100-continue\r\ncontent-length: 20'])(
    'is not waited for for ever: %s, and then nothing',
    async (header) => {
      const text = await raw(asking(`authorization: Bearer ${SECRET}\r\n${header}\r\n\r\n`));
      expect(text).toMatch(/HTTP\/1\.1 408 [^]*connection: close/i);
    },
  );

  it('may be cut off without a trace', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write(asking(`authorization: Bearer ${SECRET}\r\ncontent-length: 20\r\n\r\n{`));
    await once(socket, 'connect');
    socket.destroy();
    expect((await proxy.ask('/livez')).status).toBe(200);
  });
});
