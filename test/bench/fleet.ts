import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { KEEP_ALIVE_MS } from '../../cli/serve.ts';
import { createProxyApp } from '../../proxy/app.ts';
import type { Clock } from '../../probe/clock.ts';
import type { FleetOrder, FleetReply } from './start-fleet.ts';
import { machineMs } from './machine-clock.ts';
import { createSimulatedProxy, type SimulatedProxy } from './simulated-proxy.ts';
import { INTERVAL_MS, phaseOf } from './simulated-volume.ts';

// `node fleet.ts PROXIES VOLUMES SECRET`: many storage proxies with many volumes each, behind one port, as the base URLs
// http://HOST:PORT/p/NAME. It is started by start-fleet.ts, which tells it what shall happen.

interface Served {
  readonly proxy: SimulatedProxy;
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

const [proxyCount = 0, volumeCount = 0] = process.argv.slice(2, 4).map(Number);
const secret = process.argv[4] ?? '';
const CHECK_EVERY_MS = 20;
const STREAM = '/trpc/health.watch';

const clock: Clock = {
  now: Date.now,
  mono: machineMs,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
const fleet: Served[] = Array.from({ length: proxyCount }, (_, index) => {
  const proxy = createSimulatedProxy({
    name: `proxy${index}`,
    volumes: volumeCount,
    first: index * volumeCount,
    clock,
  });
  return { proxy, fetch: createProxyApp({ proxy, secret, onError: console.error }).fetch };
});
const asked = new WeakMap<IncomingMessage, Served>();
const streams = new Set<IncomingMessage>();
let hasStreams = true;
let churn = 0;

const answer = getRequestListener((request, { incoming }) => asked.get(incoming as IncomingMessage)!.fetch(request));
const server = createServer((incoming, outgoing) => {
  const [, digits = '', path = ''] = /^\/p\/proxy(\d+)(\/.*)$/.exec(incoming.url ?? '') ?? [];
  const served = fleet[Number(digits)];
  const isStream = path.startsWith(STREAM);
  if (digits === '' || served === undefined || (isStream && !hasStreams)) {
    outgoing.writeHead(404).end();
    return;
  }
  if (isStream) {
    streams.add(incoming);
    outgoing.once('close', () => streams.delete(incoming));
  }
  incoming.url = path;
  asked.set(incoming, served);
  void answer(incoming, outgoing);
});
// Every address of the loopback network is wanted, and no other.
server.keepAliveTimeout = KEEP_ALIVE_MS;
server.on('connection', (socket) => {
  if (socket.remoteAddress?.includes('127.') !== true) socket.destroy();
});
server.listen({ port: 0, host: process.platform === 'linux' ? '0.0.0.0' : '127.0.0.1', backlog: 4_096 }, () => {
  reply({ listening: (server.address() as AddressInfo).port });
});

keepChecking();

process.on('message', (order: FleetOrder) => {
  switch (order.order) {
    case 'change': {
      const atMs = machineMs();
      fleet[order.proxy]!.proxy.change(order.volume, order.serial);
      reply({ serial: order.serial, atMs });
      break;
    }
    case 'churn':
      churn = order.share;
      break;
    case 'streams':
      hasStreams = order.on;
      if (!hasStreams) for (const { socket } of streams) socket.destroy();
      break;
  }
});
process.on('disconnect', () => process.exit(0));

/** Has every volume checked when it is due; a share of the checks finds another fill. */
function keepChecking(): void {
  const inOrder = Array.from({ length: proxyCount * volumeCount }, (_, ordinal) => ordinal).toSorted(
    (a, b) => phaseOf(a) - phaseOf(b),
  );
  let next = 0;
  let doneMs = machineMs();
  setInterval(() => {
    const due = Math.floor(((machineMs() - doneMs) / INTERVAL_MS) * inOrder.length);
    doneMs += (due / inOrder.length) * INTERVAL_MS;
    for (let count = 0; count < due; count += 1, next = (next + 1) % inOrder.length) {
      const ordinal = inOrder[next]!;
      const { proxy } = fleet[Math.floor(ordinal / volumeCount)]!;
      proxy.checked(ordinal % volumeCount, Math.random() < churn);
    }
  }, CHECK_EVERY_MS);
}

function reply(message: FleetReply): void {
  process.send?.(message);
}
