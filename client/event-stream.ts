import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { AskingFailed, describeFailure, httpFailure } from './failure.ts';
import { explainUnanswered } from './unanswered.ts';

/** Calls back once after `ms`; the function it returns takes that back. */
export type After = (ms: number, callback: () => void) => () => void;

export interface EventStreamOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  /** How long the other side may say nothing, before its answer begins and at any time after. */
  readonly silenceMs: number;
  /** Of one event. */
  readonly maxBytes: number;
  readonly after: After;
  readonly onOpen: () => void;
  /** The id under which to resume from now on; empty to begin anew. Called before the event that brings it. */
  readonly onId: (id: string) => void;
  readonly onEvent: (event: EventSourceMessage) => void;
  readonly onEnd: (end: StreamEnd) => void;
}

export interface StreamEnd {
  readonly failure: AskingFailed;
  /** Asking again would end the same way. */
  readonly isFinal: boolean;
}

/**
 * Asks once for an event stream and reads it to its end, which comes in any case: it falls silent, an event is too large,
 * the connection is cut. The function it returns ends it at once; nothing is called back after that, or after `onEnd`.
 */
export function openEventStream(options: EventStreamOptions): () => void {
  const { silenceMs, after, onEnd } = options;
  const connection = new AbortController();
  const { signal } = connection;

  const end = (reached: StreamEnd): void => {
    if (signal.aborted) return;
    close();
    onEnd(reached);
  };
  const lost = (error: unknown): void => {
    end({ failure: describeFailure(explainUnanswered(options.url, error)), isFinal: false });
  };
  const listen = (): (() => void) =>
    after(silenceMs, () => lost(new AskingFailed('timeout', `silent for ${silenceMs / 1_000} s`)));
  let stopListening = listen();
  const heard = (): void => {
    stopListening();
    stopListening = listen();
  };
  const close = (): void => {
    stopListening();
    connection.abort();
  };

  read(options, signal, heard).then(end, lost);
  return close;
}

async function read(options: EventStreamOptions, signal: AbortSignal, heard: () => void): Promise<StreamEnd> {
  const { url, fetch, maxBytes, onOpen, onId, onEvent } = options;
  const headers = { ...options.headers, accept: 'text/event-stream', 'cache-control': 'no-store' };
  const response = await fetch(url, { headers, signal, redirect: 'manual' });
  const reader = response.body?.getReader();
  // Not every `fetch` heeds its signal.
  const leave = (): void => void reader?.cancel().catch(() => {});
  if (signal.aborted) {
    leave();
    return ENDED;
  }
  signal.addEventListener('abort', leave);
  const refusal = refusalOf(response);
  if (refusal !== null) return refusal;

  heard();
  onOpen();
  let unfinishedBytes = 0;
  const parser = createParser({
    onId,
    onEvent(event) {
      unfinishedBytes = 0;
      if (!signal.aborted) onEvent(event);
    },
  });
  const decoder = new TextDecoder();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk?.value === undefined || signal.aborted) return ENDED;
    heard();
    unfinishedBytes += chunk.value.length;
    parser.feed(decoder.decode(chunk.value, { stream: true }));
    if (unfinishedBytes > maxBytes) {
      throw new AskingFailed('too_large', `sent an event of more than ${Math.round(maxBytes / 2 ** 20)} MiB`);
    }
  }
}

const ENDED: StreamEnd = { failure: new AskingFailed('cut', 'the stream ended'), isFinal: false };

/** These say of themselves that it is a matter of time (RFC 9110, RFC 8470, RFC 6585). */
const LATER: readonly number[] = [408, 425, 429];

/** Why this is no stream; null if it is one. */
function refusalOf({ status, headers }: Response): StreamEnd | null {
  if (status < 200 || status > 299) {
    return { failure: httpFailure(status), isFinal: status < 500 && !LATER.includes(status) };
  }
  const type = headers.get('content-type')?.split(';')[0]?.trim() ?? 'nothing readable';
  if (type.toLowerCase() === 'text/event-stream') return null;
  return {
    failure: new AskingFailed('unreadable', `answered ${type.slice(0, 60)} instead of an event stream`),
    isFinal: true,
  };
}
