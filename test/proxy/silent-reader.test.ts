import { serve, type ServerType } from '@hono/node-server';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../cli/system-clock.ts';
import { createProxyApp } from '../../proxy/app.ts';
import { createHealthStream, type HealthStream } from '../../proxy/health-stream.ts';
import { createStorageProxy } from '../../proxy/storage-proxy.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { createFakeMounts } from '../fake-mounts.ts';
import { settled } from '../fake-clock.ts';
import { reportOf } from './reports.ts';

const SECRET = 's';
const PUBLICATIONS = 10_000;
/** A message so long that the buffers of the system hold only a small part of all. */
const TEXT_BYTES = 16 * 1_024;

/** How many messages have been made for a reader, and whether it has been let go. */
interface Served {
  messages: number;
  hasEnded: boolean;
}

let server: ServerType;
let stream: HealthStream;
let current: VolumeReport;
let served: Map<number, Served>;
const sockets: Socket[] = [];

beforeEach(async () => {
  const options = { version: '1', epoch: 'e', askMount: createFakeMounts().ask, clock: systemClock };
  const proxy = createStorageProxy({
    ...options,
    config: { storage_proxy: {}, volume: {} },
    random: Math.random,
  });
  current = reportOf();
  served = new Map();
  stream = createHealthStream({ ...options, report: proxy.report, volume: () => current });
  const { fetch } = createProxyApp({
    proxy: { ...proxy, watch: counted },
    secret: SECRET,
    onError: (error) => {
      throw error;
    },
  });
  server = serve({ fetch, hostname: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** Readers are told apart by how often they want to hear pings. */
async function* counted(options: Parameters<HealthStream['watch']>[0]) {
  const reader: Served = { messages: 0, hasEnded: false };
  served.set(options.pingMs, reader);
  try {
    for await (const event of stream.watch(options)) {
      reader.messages += 1;
      yield event;
    }
  } finally {
    reader.hasEnded = true;
  }
}

const made = (pingMs: number): number | undefined => served.get(pingMs)?.messages;

/** Connects and asks for the stream; nothing is read before it is told to. */
async function connectReader(pingMs: number): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  const input = encodeURIComponent(JSON.stringify({ ping_ms: pingMs }));
  socket.write(
    `GET /trpc/health.watch?input=${input} HTTP/1.1\r\nhost: proxy\r\naccept: text/event-stream\r\n` +
      `authorization: Bearer ${SECRET}\r\n\r\n`,
  );
  await expect.poll(() => made(pingMs)).toBe(1);
  return socket;
}

/** Reads from now on; gives the number of the latest change that it has seen. */
function readAll(socket: Socket): () => number {
  let text = '';
  let latest = 0;
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const [, number] of text.matchAll(/change number (\d+)\b/g)) latest = Number(number);
    text = text.slice(-30);
  });
  return () => latest;
}

async function publishAll(): Promise<void> {
  for (let i = 1; i <= PUBLICATIONS; i += 1) {
    current = reportOf({ status_info: `change number ${i} ${'x'.repeat(TEXT_BYTES)}` });
    stream.publish('volume1');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await settled();
}

describe('a manager that connects and never reads', () => {
  it('has no messages made for it that wait, holds up no other, and is told how things stand once it reads', async () => {
    const silent = await connectReader(60_000);
    const other = await connectReader(59_000);
    const latestOfOther = readAll(other);
    await publishAll();
    await expect.poll(latestOfOther).toBe(PUBLICATIONS);
    expect(made(60_000)).toBeLessThan(PUBLICATIONS / 4);
    expect(made(59_000)).toBeGreaterThan(PUBLICATIONS / 2);
    await expect.poll(readAll(silent), { timeout: 10_000 }).toBe(PUBLICATIONS);
    expect(made(60_000)).toBeLessThan(PUBLICATIONS / 4 + 10);
  });

  it('is forgotten when its connection ends', async () => {
    const silent = await connectReader(60_000);
    await publishAll();
    silent.destroy();
    await expect.poll(() => served.get(60_000)?.hasEnded).toBe(true);
  });
});
