import { serve } from '@hono/node-server';
import { once } from 'node:events';
import { type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyApp, type ProxyAppOptions } from '../../proxy/app.ts';
import { createStorageProxy } from '../../proxy/storage-proxy.ts';
import { VolumeConfig } from '../../schema/proxy-config.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createFakeMounts } from '../fake-mounts.ts';

export const SECRET = 'shared';
export const TOKEN = { 'X-BackendAI-Storage-Auth-Token': SECRET };
const ENOENT = 2;

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string goes out with its length, several in chunks without one. */
  readonly body?: string | readonly string[];
}

export interface Heard {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** A storage proxy on a real port, over volumes in every state: `local`, `full`, `gone` and `strange`. */
export async function serveProxy(options: Pick<ProxyAppOptions, 'wording' | 'bodyTimeoutMs'> = {}) {
  const clock = createFakeClock();
  const mounts = createFakeMounts();
  mounts.set('/gone', ENOENT);
  const proxy = createStorageProxy({
    config: {
      storage_proxy: {},
      volume: {
        local: VolumeConfig.parse({ backend: 'vfs', path: '/local' }),
        full: VolumeConfig.parse({ backend: 'vfs', path: '/full', fsprefix: 'vfroot', capacity_warn: '30%' }),
        gone: VolumeConfig.parse({ backend: 'vfs', path: '/gone' }),
        strange: VolumeConfig.parse({ backend: 'tape', path: '/tape' }),
      },
    },
    version: '26.2.0',
    epoch: 'epoch1',
    askMount: mounts.ask,
    clock,
    random: () => 0.5,
  });
  await clock.advance(1_000);
  const errors: unknown[] = [];
  const { fetch } = createProxyApp({ proxy, secret: SECRET, ...options, onError: (error) => errors.push(error) });
  const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    ask: (path: string, question?: Question) => ask(port, path, question),
    get: async (path: string, question?: Question) =>
      JSON.parse((await ask(port, path, { headers: TOKEN, ...question })).text) as unknown,
    /** Throws if the proxy has had a fault of its own. */
    close() {
      proxy.stop();
      server.closeAllConnections();
      server.close();
      if (errors.length > 0) throw new AggregateError(errors, 'the proxy had faults of its own');
    },
  };
}

/** Asks as aiohttp's client does, which sends bodies with a GET; Node's `fetch` refuses to. */
async function ask(port: number, path: string, { method = 'GET', headers = {}, body = [] }: Question = {}) {
  const whole = typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  const chunked = typeof body === 'string' || body.length === 0 ? {} : { 'transfer-encoding': 'chunked' };
  const asked = request({ port, host: '127.0.0.1', path, method, headers: { ...headers, ...whole, ...chunked } });
  if ('Expect' in headers) {
    asked.flushHeaders();
    await once(asked, 'continue');
  }
  for (const chunk of [body].flat()) asked.write(chunk);
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const heard: Heard = {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>)).toString(),
  };
  return heard;
}
