import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const LIMIT_MS = 30_000;

/**
 * Cuts whoever takes nothing of what waits for it for `limitMs`, or twice that at most: a client that is stopped, or
 * gone without a word. One that takes a little, or for whom nothing waits, stays.
 */
export function cutSlowReaders(server: Pick<Server, 'on'>, limitMs = LIMIT_MS): void {
  server.on('request', (_request, response) => {
    response.on('timeout', (socket: Socket) => {
      if (socket.writableLength === 0) return;
      // A reset, where it can be had: the kernel would keep for long what it holds for somebody who does not take it.
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
    });
    // Node starts it again whenever a byte of a write under way has got through.
    response.setTimeout(limitMs);
  });
}
