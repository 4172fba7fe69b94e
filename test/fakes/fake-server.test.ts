import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Fake, type FakeOptions, startFake } from './fake-server.ts';
import { weka, WEKA_API_TOKEN } from './weka.ts';

const headers = { authorization: `Bearer ${WEKA_API_TOKEN}` };
const PATH = '/api/v2/cluster';
const SOON = { timeout: 10_000 };
const OPEN: Fake[] = [];

afterEach(async () => {
  for (const fake of OPEN.splice(0)) await fake.close();
});

async function start(options?: FakeOptions): Promise<Fake> {
  const fake = await startFake(weka, options);
  OPEN.push(fake);
  return fake;
}

const ask = (fake: Fake, path = PATH, init: RequestInit = {}) =>
  fetch(`${fake.url}${path}`, { headers, redirect: 'manual', ...init });

/** The answer as soon as its headers are there. */
async function beginAnswer(fake: Fake): Promise<IncomingMessage> {
  const sent = httpRequest(`${fake.url}${PATH}`, { headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}

const control = (fake: Fake, method: string, path: string, body?: string) =>
  fetch(`${fake.url}/_fake${path}`, { method, ...(body === undefined ? {} : { body }) });

describe('a fake appliance', () => {
  it('writes numbers that a double cannot hold with all their digits', async () => {
    const fake = await start();

    const text = await (await ask(fake)).text();

    expect(text).toContain('"total_bytes":18014398509481985');
  });

  it('keeps a record of what was asked, and counts logins apart, until it is told to forget', async () => {
    const fake = await start();

    await ask(fake, '/api/v2/fileSystems?name=ai%2Dmodels');
    await ask(fake, '/api/v2/login', { method: 'POST' });

    expect(fake.requests).toEqual([
      {
        method: 'GET',
        path: '/api/v2/fileSystems',
        query: 'name=ai%2Dmodels',
        isLogin: false,
        authorization: `Bearer ${WEKA_API_TOKEN}`,
      },
      expect.objectContaining({ method: 'POST', path: '/api/v2/login', isLogin: true }),
    ]);
    expect([fake.calls(), fake.logins()]).toEqual([1, 1]);
    fake.forget();
    expect([fake.calls(), fake.logins(), fake.requests]).toEqual([0, 0, []]);
  });

  it('does not start in a state that it does not know', async () => {
    await expect(start({ state: 'tired' })).rejects.toThrow(
      /a fake weka has no state tired; it has well, .+, refused,/,
    );
  });

  it('cuts every connection when it is closed', async () => {
    const fake = await start({ state: 'silent' });
    const answer = ask(fake);
    await vi.waitFor(() => expect(fake.calls()).toBe(1), SOON);

    await fake.close();

    await expect(answer).rejects.toThrow('fetch failed');
    expect(fake.connections()).toBe(0);
  });
});

describe('a fault', () => {
  it('refused: cuts what is open, and comes back at the same port', async () => {
    const fake = await start();
    const { url } = fake;
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    await vi.waitFor(() => expect(fake.connections()).toBe(1), SOON);

    const cut = once(socket, 'close');
    await fake.setState('refused');
    await cut;
    await expect(ask(fake)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await fake.setState('well');

    expect((await fetch(`${url}${PATH}`, { headers })).status).toBe(200);
  });

  it('silent: reads the request, and never answers', async () => {
    const fake = await start({ state: 'silent' });
    const leaving = new AbortController();

    const answer = ask(fake, PATH, { signal: leaving.signal });
    await vi.waitFor(() => expect(fake.calls()).toBe(1), SOON);
    leaving.abort();

    await expect(answer).rejects.toThrow('aborted');
  });

  it('drip: sends the headers at once, and then a byte a second', async () => {
    const fake = await start({ state: 'drip' });

    const response = await beginAnswer(fake);
    const [first] = (await once(response, 'data')) as [Buffer];
    const [second] = (await once(response, 'data')) as [Buffer];
    response.destroy();

    expect(Buffer.concat([first, second]).toString()).toBe('{"');
  });

  it('html: answers with a page', async () => {
    const response = await ask(await start({ state: 'html' }));

    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
  });

  it.each([
    ['unauthorized', 401, { data: 'Unauthorized' }],
    ['forbidden', 403, { data: 'Forbidden' }],
    ['busy', 503, { message: 'Service unavailable: no leader' }],
    ['rate-limited', 429, { message: 'Too many requests' }],
  ])('%s: answers everything as the vendor words it', async (fault, status, body) => {
    const fake = await start({ state: fault });

    for (const response of [await ask(fake), await ask(fake, '/api/v2/login', { method: 'POST' })]) {
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual(body);
      expect(response.headers.get('retry-after')).toBe(status === 429 ? '30' : null);
    }
  });

  it('half: promises the whole body, sends half of it, and cuts the connection', async () => {
    const response = await beginAnswer(await start({ state: 'half' }));

    await expect(readText(response)).rejects.toThrow('aborted');
    expect(Number(response.headers['content-length'])).toBeGreaterThan(1_000);
  });

  it('cut-json: sends half of the body as if it were all', async () => {
    const text = await (await ask(await start({ state: 'cut-json' }))).text();

    expect(text).toMatch(/^\{"data":/);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it('reset: cuts the connection when a request has come', async () => {
    const fake = await start({ state: 'reset' });

    await expect(ask(fake)).rejects.toThrow('fetch failed');
    expect(fake.calls()).toBe(1);
  });

  it('huge: sends 100 MB of JSON', async () => {
    const response = await ask(await start({ state: 'huge' }));

    const sizes = await Array.fromAsync(response.body ?? [], (chunk: Uint8Array) => chunk.length);

    expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(100 * 1024 * 1024);
  });

  it('huge: makes no more of it once the client has gone', async () => {
    const fake = await start({ state: 'huge' });
    const response = await beginAnswer(fake);
    await once(response, 'data');

    response.destroy();

    await vi.waitFor(() => expect(fake.connections()).toBe(0), SOON);
  });

  it('redirect-away: leads to another origin, which tells what it was sent', async () => {
    const fake = await start({ state: 'redirect-away' });

    const first = await ask(fake);
    await ask(fake, PATH, { redirect: 'follow' });

    expect(first.status).toBe(302);
    expect(new URL(first.headers.get('location') ?? '').origin).not.toBe(fake.url);
    expect(fake.strayRequests).toEqual([expect.objectContaining({ path: PATH, authorization: null })]);
  });

  it('redirect-loop: leads to where it was asked', async () => {
    const fake = await start({ state: 'redirect-loop' });

    await expect(ask(fake, PATH, { redirect: 'follow' })).rejects.toMatchObject({
      cause: { message: 'redirect count exceeded' },
    });
  });

  it('garbage: answers with bytes that are no HTTP', async () => {
    await expect(ask(await start({ state: 'garbage' }))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('does not match the HTTP/1.1 protocol') },
    });
  });

  it.each([
    ['empty', ''],
    ['error-200', 'null'],
  ])('%s: answers with 200 and JSON that says nothing', async (state, text) => {
    const response = await ask(await start({ state }));

    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.text()).toBe(text);
  });

  it('echo: answers with 400 and what it was sent', async () => {
    const fake = await start({ state: 'echo' });

    const response = await ask(fake, '/api/v2/login', { method: 'POST', body: '{"password":"p"}' });

    expect(response.status).toBe(400);
    const { message } = (await response.json()) as { message: string };
    expect(message).toContain(WEKA_API_TOKEN);
    expect(message).toContain('{"password":"p"}');
  });

  it('echo-200: answers with 200 and what proves who asks, wherever a state is looked for', async () => {
    const response = await ask(await start({ state: 'echo-200' }));

    expect(response.status).toBe(200);
    const said = expect.stringContaining(`Bearer ${WEKA_API_TOKEN}`) as string;
    expect(await response.json()).toMatchObject({
      status: said,
      detail: said,
      data: { status: said, io_status: said },
    });
  });

  it('lies over the state before it', async () => {
    const fake = await start({ state: 'stopped' });
    await fake.setState('cut-json');

    expect(await (await ask(fake)).text()).toContain('"io_status":"STOPPED"');
    expect(fake.state()).toBe('cut-json');
  });

  it('can befall one path alone', async () => {
    const fake = await start();
    const statuses = async () => [(await ask(fake, '/api/v2/fileSystems?name=x')).status, (await ask(fake)).status];

    fake.breakOnly(/fileSystems\?name/, 'forbidden');
    expect(await statuses()).toEqual([403, 200]);

    fake.breakOnly(null);
    expect(await statuses()).toEqual([200, 200]);
  });
});

describe('the control of a fake', () => {
  it('tells every state and fault, what it is in, and how often it was asked', async () => {
    const fake = await start({ state: 'busy' });
    await ask(fake);

    const told = await (await control(fake, 'GET', '')).json();

    expect(told).toMatchObject({
      backend: 'weka',
      state: 'busy',
      calls: 1,
      logins: 0,
      states: weka.states,
      faults: { refused: expect.any(String) },
    });
  });

  it.each(['silent', 'garbage', 'unauthorized', 'well'])('changes the state from %s', async (state) => {
    const fake = await start({ state });

    const response = await control(fake, 'PUT', '/state', 'rebuilding\n');

    expect([response.status, fake.state(), fake.requests]).toEqual([200, 'rebuilding', []]);
  });

  it('answers before nothing listens any more', async () => {
    const fake = await start();

    const response = await control(fake, 'PUT', '/state', 'refused');

    expect(response.status).toBe(200);
    await vi.waitFor(() => expect(ask(fake)).rejects.toThrow('fetch failed'), SOON);
  });

  it('names the states that there are to whoever asks for another', async () => {
    const fake = await start();

    const response = await control(fake, 'PUT', '/state', 'tired');

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining('well, unknown-word') });
    expect(fake.state()).toBe('well');
  });

  it('has tokens expire', async () => {
    const response = await control(await start(), 'POST', '/expire-tokens');

    expect(response.status).toBe(200);
  });

  it('says what there is to whoever asks for something else', async () => {
    expect((await control(await start(), 'DELETE', '/state')).status).toBe(404);
  });
});
