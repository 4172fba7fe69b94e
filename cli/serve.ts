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

export interface ServeOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly address: ListenAddress;
  /** Serves HTTPS; none: plain HTTP. */
  readonly tls?: OwnCertificate | undefined;
  readonly log: Log;
  /** Ends everything behind the port. */
  readonly onStop: () => void;
}

/** Whoever asks again within a minute need not connect anew; a proxy that is polled every 10 s is spared that. */
export const KEEP_ALIVE_MS = 75_000;

/** Requests under way at the end may take this long to finish. */
const GRACE_MS = 1_000;

/**
 * Serves until SIGTERM, SIGINT or the end of the parent that started it, then ends the process with code 0 within two
 * seconds, whatever is under way. Rejects with a `CannotRun` where the address cannot be had.
 */
export async function serve({ fetch, address, tls, log, onStop }: ServeOptions): Promise<number> {
  const stop = stopped();
  const server = await opened({ fetch, address, tls }).catch((error: unknown) => {
    onStop();
    throw error;
  });
  tls?.follow(server as TlsServer);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const streams = streamsOf(server);
  cutSlowReaders(server);
  const { port } = server.address() as { port: number };
  const url = `${tls === undefined ? 'http' : 'https'}://${hostOf(address.host)}:${port}`;
  log('info', `listening on ${url}`, { url });
  process.send?.({ ready: url });

  const reason = await stop;
  log('info', `stopping: ${reason}`);
  // First, so that nothing tells their clients of an end: cut, they come back to the next process.
  streams.cut();
  onStop();
  server.close();
  setTimeout(() => {
    server.closeAllConnections();
  }, GRACE_MS).unref();
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 2 * GRACE_MS).unref();
  await new Promise((resolve) => {
    server.once('close', resolve);
  });
  process.exit(0);
}

function opened({ fetch, address, tls }: Pick<ServeOptions, 'fetch' | 'address' | 'tls'>): Promise<Server> {
  return new Promise((resolve, reject) => {
    const { host: hostname, port } = address;
    const options = { fetch, hostname, port };
    const server = listen(
      tls === undefined ? options : { ...options, createServer: createTlsServer, serverOptions: tls.serverOptions() },
      () => {
        resolve(server);
      },
    ) as Server;
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new CannotRun(`cannot listen on ${hostname}:${port}: ${whyNot(error)}`));
    });
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return 'the port is in use; end the other program, or choose another address, by --listen or in the configuration file';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  if (code === 'EACCES') return 'ports below 1024 need more rights';
  return message;
}

const hostOf = (host: string): string => (host.includes(':') ? `[${host}]` : host);
