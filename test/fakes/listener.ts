import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface ListenerOptions {
  readonly host: string;
  /** 0: one that is free; it stays the same however often the listener is closed and opened. */
  readonly port: number;
  /** PEM texts; without them it speaks plain HTTP. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
}

export interface Listener {
  /** `http://127.0.0.1:1234`. */
  readonly url: string;
  /** How many connections are open. */
  readonly connections: () => number;
  /** Shows another certificate to whoever connects from now on, and cuts every connection. Speaks TLS already. */
  readonly renew: (tls: { readonly key: string; readonly cert: string }) => void;
  readonly open: () => Promise<void>;
  /** Listens no longer, and cuts every connection at once. */
  readonly close: () => Promise<void>;
}

/** Listens at once. What a handler leaves unanswered stays open until the client goes or the listener is closed. */
export async function openListener(
  onRequest: RequestListener,
  { host, port, tls }: ListenerOptions,
): Promise<Listener> {
  const server = tls === null ? createHttpServer(onRequest) : createHttpsServer(tls, onRequest);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  // A client that does not trust the certificate leaves in the middle of the handshake.
  server.on('tlsClientError', () => {});

  await listen(port);
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${tls === null ? 'http' : 'https'}://${name}:${address.port}`,
    connections: () => sockets.size,
    renew(identity) {
      if ('setSecureContext' in server) server.setSecureContext(identity);
      for (const socket of sockets) socket.destroy();
    },
    open: async () => {
      if (!server.listening) await listen(address.port);
    },
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
  };

  async function listen(at: number): Promise<void> {
    server.listen(at, host);
    await once(server, 'listening');
  }
}
