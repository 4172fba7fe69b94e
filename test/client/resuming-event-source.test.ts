import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AskingFailed } from '../../client/failure.ts';
import {
  type ResumingEventSource,
  type ResumingEventSourceOptions,
  resumingEventSource,
} from '../../client/resuming-event-source.ts';
import { createFakeClock, type FakeClock, settled } from '../fake-clock.ts';
import { createServers } from './servers.ts';

const servers = createServers();
const { http, tcp } = servers;
const SILENCE_MS = 4_000;
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const EVENT_STREAM = { 'content-type': 'text/event-stream' };

let clock: FakeClock;
let opened: Stream[] = [];

beforeEach(() => {
  clock = createFakeClock();
});
afterEach(async () => {
  for (const { source } of opened.splice(0)) source.close();
  await servers.close();
});

interface Stream {
  readonly source: ResumingEventSource;
  /** What was heard: `type data #id` of an event, why a connection ended. */
  readonly heard: string[];
  /** The delays before each attempt but the first. */
  readonly delays: number[];
  /** How often the wait for a sign of life began: at each attempt, head and chunk. */
  readonly waits: () => number;
}

function open(url: string, options: Partial<ResumingEventSourceOptions> = {}): Stream {
  const delays: number[] = [];
  let waits = 0;
  const Source = resumingEventSource({
    fetch,
    silenceMs: SILENCE_MS,
    random: () => 1,
    after(ms, callback) {
      if (ms === SILENCE_MS) waits += 1;
      else delays.push(ms);
      return clock.after(ms, callback);
    },
    ...options,
  });
  const source = new Source(url);
  const heard: string[] = [];
  for (const type of ['message', 'greeting', 'error']) {
    source.addEventListener(type, (event) => {
      if (event instanceof AskingFailed) heard.push(`${event.kind}: ${event.message}`);
      else if ('data' in event) heard.push(`${event.type} ${event.data} #${event.lastEventId}`);
    });
  }
  const stream = { source, heard, delays, waits: () => waits };
  opened.push(stream);
  return stream;
}

/** Answers each request by the next of the scripts, and the last one from then on; tells the id that each came with. */
async function scripted(...scripts: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  const ids: (string | undefined)[] = [];
  const url = await http((request, response) => {
    const script = scripts[Math.min(ids.length, scripts.length - 1)];
    ids.push(request.headers['last-event-id'] as string | undefined);
    script?.(response, request);
  });
  return { url, ids };
}

const say =
  (text: string) =>
  (response: ServerResponse): void => {
    response.writeHead(200, EVENT_STREAM).write(text);
  };
const sayAndEnd =
  (text: string) =>
  (response: ServerResponse): void => {
    response.writeHead(200, EVENT_STREAM).end(text);
  };
const answer =
  (status: number, type = 'text/plain') =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': type, connection: 'close', location: '/' }).end('no');
  };
const quiet = (): void => {};

describe('a resuming event source', () => {
  it('gives events by their type, each with the id that holds for it', async () => {
    const { url } = await scripted(say('data: a\n\nid: 1\ndata: b\n\nevent: greeting\ndata: c\r\n\r\nid\ndata: d\n\n'));
    const { heard } = open(url);
    await expect.poll(() => heard).toEqual(['message a #', 'message b #1', 'greeting c #1', 'message d #']);
  });

  it('asks for a stream, with the headers that it was given', async () => {
    const requests: IncomingMessage[] = [];
    const { url } = await scripted((_, request) => requests.push(request));
    open(url, { headers: { 'x-secret': 's' } });
    await expect.poll(() => requests.length).toBe(1);
    expect(requests[0]?.headers).toMatchObject({ accept: 'text/event-stream', 'x-secret': 's' });
  });

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['an end', sayAndEnd('id: 7\ndata: a\n\n'), /^cut: the stream ended$/],
    [
      'a reset',
      (response) => {
        say('id: 7\ndata: a\n\n')(response);
        setImmediate(() => response.socket?.resetAndDestroy());
      },
      /^cut: /,
    ],
    ['half an event', sayAndEnd('id: 7\ndata: a\n\nid: 8\ndata: b\n'), /^cut: the stream ended$/],
  ])('goes on after %s, under the id of the latest whole event', async (_, script, why) => {
    const { url, ids } = await scripted(script, say('id: 9\ndata: z\n\n'));
    const { source, heard } = open(url);
    await expect.poll(() => heard).toEqual(['message a #7', expect.stringMatching(why)]);
    expect(source.readyState).toBe(source.CONNECTING);
    await clock.advance(1_500);
    await expect.poll(() => heard.at(-1)).toBe('message z #9');
    expect(ids).toEqual([undefined, '7']);
    expect(source.readyState).toBe(source.OPEN);
  });

  it('begins anew after an empty id, or one that no header can hold', async () => {
    const { url, ids } = await scripted(
      sayAndEnd('id: 1\ndata: a\n\nid:\nevent: restored\ndata:\n\n'),
      sayAndEnd('id: 2\ndata: a\n\nid: \u0007\ndata: b\n\n'),
      sayAndEnd(`id: ${'9'.repeat(100_000)}\ndata: a\n\n`),
      say('data: c\n\n'),
    );
    const { heard } = open(url);
    for (const attempts of [1, 2, 3]) {
      await expect.poll(() => heard.filter((words) => words.startsWith('cut: ')).length).toBe(attempts);
      await clock.advance(1_500);
    }
    await expect.poll(() => heard.at(-1)).toMatch(/^message c/);
    expect(ids).toEqual([undefined, undefined, undefined, undefined]);
  });

  it.each([
    ['nothing answers', '', 1],
    ['half a head comes', 'HTTP/1.1 200', 1],
    ['nothing comes after the head', HEAD, 2],
    ['nothing comes after an event', `${HEAD}7\r\ndata: a\r\n2\r\n\n\n\r\n`, 3],
  ])('gives up a connection on which %s', async (_, text, signsOfLife) => {
    let requests = 0;
    const url = await tcp((socket) =>
      socket.once('data', () => {
        requests += 1;
        socket.write(text);
      }),
    );
    const { source, heard, waits } = open(url);
    await expect.poll(() => [requests, waits()]).toEqual([1, signsOfLife]);
    await clock.advance(SILENCE_MS - 1);
    expect(heard.join()).not.toContain('silent');
    await clock.advance(1);
    expect(heard.at(-1)).toBe('timeout: silent for 4 s');
    expect(source.readyState).toBe(source.CONNECTING);
    await expect.poll(() => servers.sockets.size).toBe(0);
    await clock.advance(1_500);
    await expect.poll(() => requests).toBe(2);
  });

  it('takes a trickle for life', async () => {
    let write: (text: string) => void = quiet;
    const { url, ids } = await scripted((response) => {
      response.writeHead(200, EVENT_STREAM).flushHeaders();
      write = (text) => response.write(text);
    });
    const { heard, waits } = open(url);
    for (const [at, byte] of 'data: slow\n\n'.split('').entries()) {
      await expect.poll(waits).toBe(at + 2);
      await clock.advance(SILENCE_MS - 1);
      write(byte);
    }
    await expect.poll(() => heard).toEqual(['message slow #']);
    expect(ids).toHaveLength(1);
  });

  it.each([
    ['answers late', true],
    ['sends nothing more', false],
  ])('leaves a server that %s, though the fetch heeds no signal', async (_, isLate) => {
    const cancelled: unknown[] = [];
    const late = Promise.withResolvers<void>();
    const deaf = async (): Promise<Response> => {
      if (isLate) await late.promise;
      const body = new ReadableStream({ cancel: (why) => void cancelled.push(why) });
      return new Response(body, { headers: EVENT_STREAM });
    };
    const { source, heard } = open('http://nowhere', { fetch: deaf });
    await clock.advance(SILENCE_MS);
    expect(heard).toEqual(['timeout: silent for 4 s']);
    source.close();
    late.resolve();
    await settled();
    expect([cancelled.length, clock.timers()]).toEqual([1, 0]);
  });

  it.each([
    [403, 'text/event-stream', 'forbidden: the secret is refused (HTTP 403)'],
    [401, 'text/html', 'forbidden: the secret is refused (HTTP 401)'],
    [404, 'application/json', 'http: answered HTTP 404'],
    [301, 'text/event-stream', 'http: answered HTTP 301'],
    [200, 'text/html', 'unreadable: answered text/html instead of an event stream'],
    [200, 'text/event-streams', 'unreadable: answered text/event-streams instead of an event stream'],
  ])('gives up for good on %i %s', async (status, type, words) => {
    const { url, ids } = await scripted(answer(status, type));
    const { source, heard } = open(url);
    await expect.poll(() => heard).toEqual([words]);
    expect(source.readyState).toBe(source.CLOSED);
    expect(clock.timers()).toBe(0);
    expect(ids).toHaveLength(1);
  });

  it.each([500, 502, 503, 408, 429])('asks again after HTTP %i', async (status) => {
    const { url } = await scripted(answer(status), say('data: a\n\n'));
    const { heard } = open(url);
    await expect.poll(() => heard).toEqual([`http: answered HTTP ${status}`]);
    await clock.advance(1_500);
    await expect.poll(() => heard.at(-1)).toBe('message a #');
  });

  it('asks again where the connection is refused, the name unknown, or the other side speaks no TLS', async () => {
    const { url } = await scripted(answer(200));
    const gone = createServers();
    const refused = await gone.tcp(quiet);
    await gone.close();
    for (const [bad, kind] of [
      [refused, /^refused: /],
      ['http://proxy.invalid', /^dns: /],
      [url.replace('http:', 'https:'), /^tls: /],
    ] as const) {
      const { source, heard, delays } = open(bad);
      await expect.poll(() => heard).toEqual([expect.stringMatching(kind)]);
      expect([source.readyState, delays]).toEqual([source.CONNECTING, [1_500]]);
      source.close();
    }
  });

  it.each([
    ['a line', 'data: ', 'x'],
    ['an event', '', 'data: x\n'],
    ['a comment', ':', 'x'],
    ['a line that means nothing', '', 'x'],
  ])('cuts off %s without end', async (_, start, more) => {
    let sent = 0;
    const { url } = await scripted((response) => {
      say(`data: a\n\n${start}`)(response);
      const chunk = more.repeat(8_192);
      const pour = (): void => {
        while (!response.destroyed && sent < 64 * 2 ** 20) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pour);
        }
      };
      pour();
    });
    const { heard } = open(url, { maxBytes: 2 ** 20 });
    await expect.poll(() => heard).toEqual(['message a #', 'too_large: sent an event of more than 1 MiB']);
    await expect.poll(() => servers.sockets.size).toBe(0);
    expect(sent).toBeLessThan(32 * 2 ** 20);
  });

  it('reads any number of events that are not too large themselves', async () => {
    const event = `data: ${'x'.repeat(40_000)}\n\n`;
    const { url } = await scripted(say(event.repeat(100)));
    const { heard } = open(url, { maxBytes: 2 ** 20 });
    await expect.poll(() => heard.length).toBe(100);
  });

  it('waits longer after each attempt that brings no message, and not after one that does', async () => {
    const { url, ids } = await scripted(
      answer(503),
      sayAndEnd('event: greeting\ndata:\n\n'),
      answer(503),
      sayAndEnd('data: a\n\n'),
      answer(503),
    );
    const { delays } = open(url);
    for (const expected of [[1_500], [1_500, 4_500], [1_500, 4_500, 13_500], [1_500, 4_500, 13_500, 1_500]]) {
      await expect.poll(() => delays).toEqual(expected);
      await clock.advance((expected.at(-1) ?? 0) - 1);
      expect(ids).toHaveLength(expected.length);
      await clock.advance(1);
      await expect.poll(() => ids.length).toBe(expected.length + 1);
    }
    await expect.poll(() => delays.at(-1)).toBe(4_500);
  });

  it('has its own mind about how soon to ask again', async () => {
    const { url } = await scripted(sayAndEnd('retry: 86400000\ndata: a\n\n'));
    const { delays } = open(url, { random: () => 0 });
    await expect.poll(() => delays).toEqual([500]);
  });

  describe('once it is closed', () => {
    it.each<[string, (response: ServerResponse) => void, string[]]>([
      ['while it connects', quiet, []],
      ['while it is open', say('data: a\n\n'), ['message a #']],
      ['while it waits to ask again', answer(503), ['http: answered HTTP 503']],
    ])('%s, leaves nothing behind and hears nothing more', async (_, script, known) => {
      const { url, ids } = await scripted(script);
      const { source, heard } = open(url);
      await expect.poll(() => [ids.length, heard]).toEqual([1, known]);
      source.close();
      expect([source.readyState, clock.timers()]).toEqual([source.CLOSED, 0]);
      await expect.poll(() => servers.sockets.size).toBe(0);
      await clock.advance(60_000);
      expect([ids.length, heard]).toEqual([1, known]);
    });

    it('at once, is as good as never opened', async () => {
      const { url, ids } = await scripted(say('data: a\n\n'));
      const { source, heard } = open(url);
      source.close();
      await settled();
      expect([ids.length, heard, clock.timers()]).toEqual([0, [], 0]);
    });

    it('by who hears an event, passes over what came with it', async () => {
      const { url } = await scripted(say('data: a\n\ndata: b\n\n'));
      const { source, heard } = open(url);
      source.addEventListener('message', () => source.close());
      await expect.poll(() => heard).toEqual(['message a #']);
      await expect.poll(() => servers.sockets.size).toBe(0);
      expect([heard, clock.timers()]).toEqual([['message a #'], 0]);
    });

    it('by who hears an error, asks no more', async () => {
      const { url, ids } = await scripted(answer(503));
      const { source } = open(url);
      source.addEventListener('error', () => source.close());
      await expect.poll(() => source.readyState).toBe(source.CLOSED);
      await clock.advance(60_000);
      expect([ids.length, clock.timers()]).toEqual([1, 0]);
    });
  });
});
