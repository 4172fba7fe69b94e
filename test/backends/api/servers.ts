import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../../backends/api/http-client.ts';
import type { HttpCall } from '../../../backends/api/http-exchange.ts';
import { type Listener, type ListenerOptions, openListener } from '../../fakes/listener.ts';

/** A server until the test ends. */
export async function serve(
  onRequest: RequestListener,
  options: Partial<Omit<ListenerOptions, 'port'>> = {},
): Promise<Listener> {
  const listener = await openListener(onRequest, { host: '127.0.0.1', port: 0, tls: null, ...options });
  onTestFinished(listener.close);
  return listener;
}

/** One that answers each connection in bytes of its own as soon as something has come; `null` only listens. */
export async function serveBytes(bytes: string | Buffer | null, more: { thenOpen?: boolean } = {}) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    if (bytes === null) socket.resume();
    else socket.once('data', () => (more.thenOpen === true ? socket.write(bytes) : socket.end(bytes)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { authority: `127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => sockets.size };
}

const DEAF = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(workerData, 0, 0);
  });`;

/** An address that lets nobody connect, and does not refuse either: its queue is full, and stays so. */
export async function blackhole(): Promise<string> {
  const worker = new Worker(DEAF, { eval: true, workerData: new Int32Array(new SharedArrayBuffer(4)) });
  const [port] = (await once(worker, 'message')) as [number];
  // The queue has room for two.
  const queued = [1, 2, 3].map(() => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.all(queued.slice(0, 2).map((socket) => once(socket, 'connect')));
  onTestFinished(async () => {
    for (const socket of queued) socket.destroy();
    await worker.terminate();
  });
  return `http://127.0.0.1:${port}`;
}

/** Where nobody listens. */
export const NOBODY = 'http://127.0.0.1:9';

export function clientOf(endpoints: readonly string[], more: Partial<HttpClientOptions> = {}): HttpClient {
  return createHttpClient({
    system: 'ACME',
    endpoints,
    verifyTls: true,
    ca: undefined,
    connectMs: 5_000,
    callMs: 30_000,
    ...more,
  });
}

export function getting(path: string, more: Partial<HttpCall> = {}): HttpCall {
  return { method: 'GET', path, headers: {}, signal: new AbortController().signal, ...more };
}
