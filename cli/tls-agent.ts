import type { Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher, fetch as undiciFetch } from 'undici';
import { AskingFailed } from '../client/failure.ts';
import type { ClientMaterial } from './client-tls.ts';

/** Connects with certificates of its own, which Node's `fetch` cannot. */
export function createTlsAgent({ secureContext, isVerified, identity }: ClientMaterial): Agent {
  const connect = buildConnector({ secureContext, rejectUnauthorized: isVerified });
  return new Agent({
    connect(options, callback) {
      connect(options, (...[error, socket]) => {
        if (error !== null) {
          callback(error, null);
          return;
        }
        explainEnd(socket, identity !== null);
        callback(null, socket);
      });
    },
  });
}

/** Node's own `fetch` takes no dispatcher of undici's package; undici's does. */
export function fetchThrough(dispatcher: Dispatcher): typeof globalThis.fetch {
  return ((input: string, init: object) => undiciFetch(input, { ...init, dispatcher })) as never;
}

/**
 * Since TLS 1.3 a server says what it thinks of its client only after the handshake: some by an alert, which undici would
 * pass over for the end that follows, some by that end alone.
 */
function explainEnd(socket: Socket, hasIdentity: boolean): void {
  socket.on('error', (error) => socket.destroy(error));
  if (!hasIdentity) return;
  let isAnswered = false;
  socket.on('readable', () => {
    isAnswered ||= socket.readableLength > 0;
  });
  socket.on('end', () => {
    if (!isAnswered) socket.destroy(new AskingFailed('cut', UNANSWERED));
  });
}

const UNANSWERED = 'connection was closed after the TLS handshake: it may not accept our client certificate';
