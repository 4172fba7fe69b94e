import { createDecorrelatedBackoff } from './decorrelated-backoff.ts';
import { type After, openEventStream, type StreamEnd } from './event-stream.ts';
import type { AskingFailed } from './failure.ts';

export interface ResumingEventSourceOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly headers?: Readonly<Record<string, string>>;
  /** A connection on which nothing comes for so long is given up, and so is an attempt that nothing answers. */
  readonly silenceMs: number;
  /** Of one event. Default: 8 MiB. */
  readonly maxBytes?: number;
  /** Spreads the delays between two attempts: at least 0, less than 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Measures delays and silence. Default: by `setTimeout`. */
  readonly after?: After;
}

/** As much of the browser's `EventSource` as tRPC uses. */
export interface ResumingEventSource {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
  readonly readyState: 0 | 1 | 2;
  addEventListener(type: string, listener: Listener): void;
  removeEventListener(type: string, listener: Listener): void;
  close(): void;
}

/** What listeners are given; an `error` says why the connection ended. */
export type StreamEvent =
  | { readonly type: string; readonly data: string; readonly lastEventId: string }
  | { readonly type: 'open' }
  /** Why the connection ended. Itself an error, for tRPC makes what it is given the `cause` of its own. */
  | AskingFailed;

type Listener = (event: StreamEvent) => void;

const BETWEEN_ATTEMPTS = { minMs: 500, maxMs: 30_000 };

/** What can stand in a header; a server that gives other ids, or longer ones, is asked to begin anew. */
const RESUMABLE = /^[\x20-\x7e]{1,1024}$/;

/**
 * An `EventSource` class that goes on after whatever ends a connection: silence too, which no socket tells. It asks again
 * under the id of the latest event, after decorrelated delays that shrink only once a connection has brought a message;
 * how often to ask is never the server's to say (`retry:`). It gives up on an answer that is neither a stream nor a
 * passing fault: `readyState` is CLOSED when that error is heard, and CONNECTING at any other. Redirects are not followed.
 */
export function resumingEventSource(options: ResumingEventSourceOptions): new (url: string) => ResumingEventSource {
  const {
    fetch,
    headers = {},
    silenceMs,
    maxBytes = 8 * 2 ** 20,
    random = Math.random,
    after = afterTimeout,
  } = options;

  return class implements ResumingEventSource {
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSED = 2;
    readyState: 0 | 1 | 2 = this.CONNECTING;
    readonly #url: string;
    readonly #backoff = createDecorrelatedBackoff({ ...BETWEEN_ATTEMPTS, random });
    readonly #listeners = new Map<string, Set<Listener>>();
    #lastEventId = '';
    #leave: () => void;

    constructor(url: string) {
      this.#url = url;
      this.#leave = this.#connect();
    }

    addEventListener(type: string, listener: Listener): void {
      const listeners = this.#listeners.get(type) ?? new Set();
      this.#listeners.set(type, listeners.add(listener));
    }

    removeEventListener(type: string, listener: Listener): void {
      this.#listeners.get(type)?.delete(listener);
    }

    close(): void {
      this.readyState = this.CLOSED;
      this.#leave();
    }

    #connect(): () => void {
      return openEventStream({
        url: this.#url,
        headers: RESUMABLE.test(this.#lastEventId) ? { ...headers, 'last-event-id': this.#lastEventId } : headers,
        fetch,
        silenceMs,
        maxBytes,
        after,
        onOpen: () => {
          this.readyState = this.OPEN;
          this.#dispatch('open', { type: 'open' });
        },
        onId: (id) => {
          this.#lastEventId = id;
        },
        onEvent: ({ event: type = 'message', data }) => {
          // A server that greets and then fails has not delivered anything: only messages count.
          if (type === 'message') this.#backoff.reset();
          this.#dispatch(type, { type, data, lastEventId: this.#lastEventId });
        },
        onEnd: (end) => this.#onEnd(end),
      });
    }

    #onEnd({ failure, isFinal }: StreamEnd): void {
      if (isFinal) {
        this.readyState = this.CLOSED;
      } else {
        this.readyState = this.CONNECTING;
        this.#leave = after(this.#backoff.nextMs(), () => {
          this.#leave = this.#connect();
        });
      }
      this.#dispatch('error', failure);
    }

    #dispatch(type: string, event: StreamEvent): void {
      for (const listener of this.#listeners.get(type) ?? []) listener(event);
    }
  };
}

function afterTimeout(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
