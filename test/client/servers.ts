import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Servers {
  /** Each starts a server on a free port, and gives its URL. */
  readonly http: (listener: RequestListener) => Promise<string>;
  readonly tcp: (onSocket: (socket: Socket) => void) => Promise<string>;
  readonly listening: (server: Server) => Promise<string>;
  /** The connections that are open, of all of them. */
  readonly sockets: ReadonlySet<Socket>;
  readonly close: () => Promise<void>;
}

/** Servers for one test: what the clients of it get to talk to, however badly that behaves. */
export function createServers(): Servers {
  const opened: Server[] = [];
  const sockets = new Set<Socket>();

  const listening = async (server: Server): Promise<string> => {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  return {
    http: async (listener) => listening(createServer(listener)),
    tcp: async (onSocket) => listening(createTcpServer(onSocket)),
    listening,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(opened.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
