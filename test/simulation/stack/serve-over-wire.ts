import type { Connection } from '../world/wire.ts';

/** A service's HTTP face. */
export type App = (request: Request) => Response | Promise<Response>;

/** What becomes of a piece of a body on its way: it comes as these, or half of it, and then nothing more. */
export type Mangle = (chunk: Uint8Array<ArrayBuffer>) => readonly Uint8Array<ArrayBuffer>[] | 'cut';

/** A request as it travels. */
export interface SentRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: ArrayBuffer | null;
}

/** Hears of the answer, at the client's end. */
export interface AnswerReader {
  readonly onHead: (head: ResponseHead) => void;
  readonly onChunk: (chunk: Uint8Array<ArrayBuffer>) => void;
  readonly onEnd: () => void;
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
}

export interface ServeOptions {
  readonly connection: Connection;
  readonly request: SentRequest;
  readonly app: App;
  readonly reader: AnswerReader;
  readonly mangle: Mangle;
}

/** The server's end of one exchange. */
export interface Serving {
  /** The client has read so many bytes of the body. */
  readonly read: (bytes: number) => void;
}

/** So much of a body may be on its way or unread, as in the buffers of two sockets. */
const WINDOW_BYTES = 64 * 1_024;

/** Answers a request. To be called at the server's end, as is what it returns. */
export function serveOverWire({ connection, request, app, reader, mangle }: ServeOptions): Serving {
  const leaving = new AbortController();
  let body: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null = null;
  let unreadBytes = 0;
  let onRoom: (() => void) | null = null;
  connection.onClosed('server', () => {
    leaving.abort();
    void body?.cancel().catch(() => {});
  });
  void serve();
  return {
    read(bytes) {
      unreadBytes -= bytes;
      if (unreadBytes < WINDOW_BYTES) onRoom?.();
    },
  };

  async function serve(): Promise<void> {
    const response = await app(received(request, leaving.signal));
    if (leaving.signal.aborted) return void response.body?.cancel().catch(() => {});
    const { status, headers } = response;
    connection.send('client', () => reader.onHead({ status, headers: new Headers(headers) }));
    body = response.body?.getReader() ?? null;
    try {
      if (await isSentWhole()) connection.send('client', reader.onEnd);
    } catch {
      // A body that fails can only be told by closing before its end.
    }
    connection.close('server');
  }

  async function isSentWhole(): Promise<boolean> {
    for (;;) {
      if (unreadBytes >= WINDOW_BYTES) await new Promise<void>((resolve) => (onRoom = resolve));
      const chunk = (await body?.read())?.value;
      if (chunk === undefined) return true;
      const pieces = mangle(chunk);
      if (pieces === 'cut') {
        send(chunk.slice(0, Math.ceil(chunk.length / 2)));
        void body?.cancel().catch(() => {});
        return false;
      }
      for (const piece of pieces) send(piece);
    }
  }

  function send(piece: Uint8Array<ArrayBuffer>): void {
    unreadBytes += piece.length;
    connection.send('client', () => reader.onChunk(piece));
  }
}

function received({ url, method, headers, body }: SentRequest, signal: AbortSignal): Request {
  const request = new Request(url, { method, headers, body });
  // Its own would follow the one that it was given by a weak reference, and be lost by whim of the garbage collector.
  return Object.defineProperty(request, 'signal', { value: signal });
}
