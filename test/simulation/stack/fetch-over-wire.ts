import { createIncomingBody, type IncomingBody } from './incoming-body.ts';
import type { Machine } from '../world/kernel.ts';
import {
  type App,
  type Mangle,
  type ResponseHead,
  type SentRequest,
  serveOverWire,
  type Serving,
} from './serve-over-wire.ts';
import type { Ending, Wire } from '../world/wire.ts';

export interface FetchOverWireOptions {
  readonly wire: Wire;
  readonly client: Machine;
  /** What answers on a machine that the wire leads to. */
  readonly appOn: (server: Machine) => App;
  /** Default: everything arrives as it was sent. */
  readonly mangle?: Mangle;
}

/**
 * `fetch` through a simulated wire, a connection for each request. Head and body travel apart, no faster than they are
 * read; it fails as undici does. Redirects are not followed.
 */
export function fetchOverWire(options: FetchOverWireOptions): typeof fetch {
  return async (input, init) => {
    const signal = init?.signal ?? null;
    signal?.throwIfAborted();
    const request = await sent(new Request(input, { ...init, signal: null }));
    signal?.throwIfAborted();
    return exchange(request, signal, options);
  };
}

function exchange(request: SentRequest, signal: AbortSignal | null, options: FetchOverWireOptions): Promise<Response> {
  const { wire, client, appOn, mangle = asIs } = options;
  const connection = wire.connect(client);
  const { server } = connection;
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  let serving: Serving | null = null;
  let body: IncomingBody | null = null;

  const end = (): void => signal?.removeEventListener('abort', abort);
  const fail = (error: unknown): void => {
    end();
    reject(error);
    body?.failed(error);
  };
  const abort = (): void => {
    connection.close('client');
    fail(signal?.reason);
  };
  const reader = {
    onHead({ status, headers }: ResponseHead) {
      body = createIncomingBody({
        onRead: (bytes) => connection.send('server', () => serving?.read(bytes)),
        onCancel() {
          end();
          connection.close('client');
        },
      });
      resolve(new Response(NO_BODY.has(status) ? null : body.stream, { status, headers }));
    },
    onChunk: (chunk: Uint8Array<ArrayBuffer>) => body?.arrived(chunk),
    onEnd() {
      end();
      connection.close('client');
      body?.ended();
    },
  };

  signal?.addEventListener('abort', abort);
  connection.onClosed('client', (why) => fail(lost(why, body !== null)));
  if (server !== null) {
    connection.send('server', () => {
      serving = serveOverWire({ connection, request, app: appOn(server), reader, mangle });
    });
  }
  return promise;
}

const NO_BODY = new Set([101, 204, 205, 304]);

const asIs: Mangle = (chunk) => [chunk];

async function sent(request: Request): Promise<SentRequest> {
  const { url, method, headers } = request;
  const body = request.body === null ? null : await request.arrayBuffer();
  if (body !== null) headers.set('content-length', String(body.byteLength));
  return { url, method, headers, body };
}

function lost(why: Ending, isWithinBody: boolean): TypeError {
  const [code, message] = CAUSES[why];
  const cause = Object.assign(new Error(message), { code });
  return new TypeError(isWithinBody ? 'terminated' : 'fetch failed', { cause });
}

const CAUSES = {
  refused: ['ECONNREFUSED', 'connect ECONNREFUSED'],
  reset: ['ECONNRESET', 'read ECONNRESET'],
  left: ['UND_ERR_SOCKET', 'other side closed'],
} as const satisfies Record<Ending, readonly [string, string]>;
