import type { TRPCClient } from '@trpc/client';
import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import type { Unsubscribable } from '@trpc/server/observable';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeFailure } from '../../client/failure.ts';
import { createManagerClient } from '../../client/manager-client.ts';
import { createProxyClient } from '../../client/proxy-client.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { createServers } from './servers.ts';

interface Context {
  readonly secret: string | undefined;
}

const t = initTRPC.context<Context>().create({ isDev: false });

/** Counts on from the last id: two numbers, then what the test has the stream do. */
const counting = t.procedure
  .input(z.object({ host: z.string().optional(), lastEventId: z.string().nullish() }).optional())
  .subscription(async function* ({ ctx, input, signal }) {
    asked.push(`${input?.host ?? 'all'} after ${input?.lastEventId ?? 'nothing'}`);
    if (ctx.secret === 'wrong') throw new TRPCError({ code: 'FORBIDDEN', message: 'wrong secret' });
    const from = Number(input?.lastEventId ?? 0);
    for (const number of [from + 1, from + 2]) yield tracked(String(number), number);
    const next = endings.shift();
    if (next === 'fails') throw new Error('a fault');
    if (next === 'returns') return;
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    ended += 1;
  });
const router = t.router({ health: t.router({ watch: counting }), watch: counting });
type Counting = TRPCClient<typeof router>;

const servers = createServers();
const subscriptions: Unsubscribable[] = [];
let clock: FakeClock;
let asked: string[] = [];
let ended = 0;
let endings: ('fails' | 'returns')[] = [];

beforeEach(() => {
  clock = createFakeClock();
  asked = [];
  ended = 0;
  endings = [];
});
afterEach(async () => {
  for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
  await servers.close();
});

async function serve(): Promise<string> {
  return servers.listening(
    createHTTPServer({
      router,
      basePath: '/trpc/',
      createContext: ({ req }): Context => ({ secret: req.headers['x-backendai-storage-auth-token'] as string }),
    }),
  );
}

const wordsOf = (error: unknown): string => (error === null ? '' : ` after ${describeFailure(error).message}`);

/** What a subscriber hears, in words. */
function listening(subscribe: (heard: Handlers) => Unsubscribable): string[] {
  const heard: string[] = [];
  subscriptions.push(
    subscribe({
      onData: ({ data }) => heard.push(String(data)),
      onConnectionStateChange: ({ state, error }) => heard.push(`${state}${wordsOf(error)}`),
      onError: (error) => heard.push(`error${wordsOf(error)}`),
      onComplete: () => heard.push('complete'),
    }),
  );
  return heard;
}

interface Handlers {
  readonly onData: (message: { readonly data: unknown }) => void;
  readonly onConnectionStateChange: (change: { readonly state: string; readonly error: unknown }) => void;
  readonly onError: (error: unknown) => void;
  readonly onComplete: () => void;
}

const cut = (): void => {
  for (const socket of servers.sockets) socket.destroy();
};

/** The clients differ in where they are told to listen, and in how long a silence they put up with. */
const CLIENTS = {
  proxy: (url: string, handlers: Handlers, secret = 's') => {
    const client = createProxyClient({ url, secret, random: () => 0, after: clock.after });
    return (client as unknown as Counting).health.watch.subscribe({ host: 'proxy1:local' }, handlers);
  },
  manager: (url: string, handlers: Handlers) => {
    const client = createManagerClient({ url, random: () => 0, after: clock.after });
    return (client as unknown as Counting).watch.subscribe({ host: 'proxy1:local' }, handlers);
  },
};

describe.each(['proxy', 'manager'] as const)('a stream of the %s client', (kind) => {
  const watch = async (): Promise<string[]> => {
    const url = await serve();
    return listening((handlers) => CLIENTS[kind](url, handlers));
  };

  it('tells each cut and each new beginning, and goes on after the last message', async () => {
    const heard = await watch();
    await expect.poll(() => heard).toEqual(['connecting', 'pending', '1', '2']);
    for (const last of [2, 4, 6]) {
      heard.length = 0;
      cut();
      await expect.poll(() => heard).toEqual(['connecting after connection was closed before an answer came']);
      await clock.advance(500);
      await expect.poll(() => heard.slice(1)).toEqual(['pending', `${last + 1}`, `${last + 2}`]);
      expect(asked.at(-1)).toBe(`proxy1:local after ${last}`);
    }
  });

  it('tells each attempt that fails while the server is away', async () => {
    const heard = await watch();
    await expect.poll(() => heard.at(-1)).toBe('2');
    await servers.close();
    await expect.poll(() => heard.at(-1)).toMatch(/^connecting after connection was/);
    heard.length = 0;
    for (const attempts of [1, 2, 3]) {
      await clock.advance(500);
      await expect.poll(() => heard).toEqual(Array(attempts).fill('connecting after connection refused'));
    }
  });

  it('goes on after a fault of the server', async () => {
    endings = ['fails'];
    const heard = await watch();
    await expect
      .poll(() => heard.slice(-2))
      .toEqual(['connecting after answered HTTP 500', 'connecting after the stream ended']);
    await clock.advance(500);
    await expect.poll(() => heard.slice(-3)).toEqual(['pending', '3', '4']);
  });

  it('completes for good when the server says that there is no more', async () => {
    endings = ['returns'];
    const heard = await watch();
    await expect.poll(() => heard).toEqual(['connecting', 'pending', '1', '2', 'idle', 'complete']);
    expect(clock.timers()).toBe(0);
  });

  it('leaves nothing behind when its reader does', async () => {
    const heard = await watch();
    await expect.poll(() => heard.at(-1)).toBe('2');
    subscriptions.splice(0)[0]?.unsubscribe();
    expect(clock.timers()).toBe(0);
    await expect.poll(() => [servers.sockets.size, ended]).toEqual([0, 1]);
  });
});

describe('the silence that ends a stream', () => {
  it.each([
    ['proxy', 5_000],
    ['manager', 25_000],
  ] as const)('of the %s client is %i ms', async (kind, silenceMs) => {
    const url = await serve();
    const heard = listening((handlers) => CLIENTS[kind](url, handlers));
    await expect.poll(() => heard.at(-1)).toBe('2');
    await clock.advance(silenceMs - 1);
    expect(heard.at(-1)).toBe('2');
    await clock.advance(1);
    await expect.poll(() => heard.at(-1)).toBe(`connecting after silent for ${silenceMs / 1_000} s`);
  });
});

describe('a stream whose secret is refused', () => {
  it('by the procedure itself, ends with that error', async () => {
    const url = await serve();
    const heard = listening((handlers) => CLIENTS.proxy(url, handlers, 'wrong'));
    await expect.poll(() => heard.at(-1)).toBe('error after the secret is refused (HTTP 403)');
    expect(clock.timers()).toBe(0);
  });

  it('by the server, ends with that error', async () => {
    const url = await servers.http((_, response) => response.writeHead(403).end());
    const heard = listening((handlers) => CLIENTS.proxy(url, handlers));
    await expect.poll(() => heard).toEqual(['connecting', 'error after the secret is refused (HTTP 403)']);
    expect(clock.timers()).toBe(0);
  });
});
