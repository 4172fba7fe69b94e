import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Server } from 'node:http';
import { serve as listen } from '@hono/node-server';
import type { ListenAddress } from '../schema/proxy-config.ts';
import type { Log } from './log.ts';
import { streamsOf } from './open-streams.ts';
import type { OwnCertificate } from './own-certificate.ts';
import { CannotRun } from './run.ts';
import { cutSlowReaders } from './slow-readers.ts';
import { stopped } from './stopped.ts';

export interface Listener {
  readonly fetch: Parameters<typeof listen>[0]['fetch'];
  readonly address: ListenAddress;
  /** Serves HTTPS; none: plain HTTP. */
  readonly tls?: OwnCertificate | undefined;
}

export interface ServeOptions extends Listener {
  /** A second address, as the configuration file names it. */
  readonly also?: Listener & { readonly key: string };
  readonly log: Log;
  /** Gets what cuts every stream that is open, so that its reader has to come back. */
  readonly onOpen?: (open: { readonly cutStreams: () => void }) => void;
  /** Ends everything behind the port. */
  readonly onStop: () => void;
}

/** Whoever asks again within a minute need not connect anew; a proxy that is polled every 10 s is spared that. */
export const KEEP_ALIVE_MS = 75_000;

/** Requests under way at the end may take this long to finish. */
const GRACE_MS = 1_000;

/**
 * Serves until SIGTERM, SIGINT or the end of the parent that started it, then ends the process with code 0 within two
 * seconds, whatever is under way. Rejects with a `CannotRun` where an address cannot be had, and then serves at none.
 */
export async function serve({ also, log, onOpen, onStop, ...main }: ServeOptions): Promise<number> {
  const stop = stopped();
  const servers = await openedAll(main, also).catch((error: unknown) => {
    onStop();
    throw error;
  });
  main.tls?.follow(servers[0] as TlsServer);
  const streams = servers.map(streamsOf);
  onOpen?.({
    cutStreams: () => {
      for (const { cut } of streams) cut();
    },
  });
  const [first, second] = servers;
  const url = urlOf(main, first);
  log('info', `listening on ${url}`, { url });
  if (also !== undefined && second !== undefined) {
    log('info', `${also.key}: listening on ${urlOf(also, second)}`, { url: urlOf(also, second) });
  }
  process.send?.({ ready: url });

  const reason = await stop;
  log('info', `stopping: ${reason}`);
  // First, so that nothing tells their clients of an end: cut, they come back to the next process.
  for (const { cut } of streams) cut();
  onStop();
  setTimeout(() => process.exit(0), 2 * GRACE_MS).unref();
  await Promise.all(servers.map(closed));
  process.exit(0);
}

async function openedAll(main: Listener, also: ServeOptions['also']): Promise<[Server, ...Server[]]> {
  const first = await opened(main, 'by --listen or in the configuration file');
  if (also === undefined) return [first];
  const second = await opened(also, `as ${also.key} in the configuration file`).catch((error: unknown) => {
    first.close();
    first.closeAllConnections();
    throw error;
  });
  return [first, second];
}

/** Resolves when nobody is connected any more: whoever is under way may finish within the time of grace. */
function closed(server: Server): Promise<void> {
  setTimeout(() => {
    server.closeAllConnections();
  }, GRACE_MS).unref();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** `elsewhere` says how to choose another address. */
function opened({ fetch, address, tls }: Listener, elsewhere: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const { host: hostname, port } = address;
    const options = { fetch, hostname, port };
    const server = listen(
      tls === undefined ? options : { ...options, createServer: createTlsServer, serverOptions: tls.serverOptions() },
      () => {
        resolve(server);
      },
    ) as Server;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    cutSlowReaders(server);
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new CannotRun(`cannot listen on ${hostname}:${port}: ${whyNot(error, elsewhere)}`));
    });
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException, elsewhere: string): string {
  if (code === 'EADDRINUSE')
    return `the port is in use; end the other program, or choose another address, ${elsewhere}`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  if (code === 'EACCES') return 'ports below 1024 need more rights';
  return message;
}

function urlOf({ tls, address }: Listener, server: Server): string {
  const { port } = server.address() as { port: number };
  return `${tls === undefined ? 'http' : 'https'}://${hostOf(address.host)}:${port}`;
}

const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
