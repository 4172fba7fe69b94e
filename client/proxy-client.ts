import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from '../router/proxy.ts';
import { limitedFetch } from './limited-fetch.ts';
import { type ResumingEventSourceOptions, resumingEventSource } from './resuming-event-source.ts';

export type ProxyClient = TRPCClient<AppRouter>;

export interface ProxyClientOptions extends Pick<ResumingEventSourceOptions, 'random' | 'after'> {
  /** Base URL of the proxy's manager-facing API, such as `http://127.0.0.1:6022`. */
  readonly url: string;
  readonly secret: string;
  /** For one call from its start to the last byte of its answer. Streams have no such limit. Default: 5 s. */
  readonly timeoutMs?: number;
  /** A stream on which nothing comes for so long is cut and opened again: more than twice its pings. Default: 5 s. */
  readonly silenceMs?: number;
  /** Of one answer, or one event of a stream. Default: 8 MiB. */
  readonly maxBytes?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A typed client of one storage proxy. A call rejects with an error that `describeFailure` turns into a sentence; an
 * answer of the procedure's own, such as `VOLUME_NOT_FOUND`, is typed in the error's `data`.
 *
 * A stream goes on by itself after a cut, a silence, a restart of the proxy. `onConnectionStateChange` tells of it:
 * `connecting` with an `error` each time that a connection or an attempt has come to its end, `pending` once the stream is
 * open, before its first message; `fetch` is called as each attempt begins. What asking again cannot mend comes to
 * `onError`, and ends the stream for good.
 */
export function createProxyClient(options: ProxyClientOptions): ProxyClient {
  const { url, secret, timeoutMs = 5_000, silenceMs = 5_000, maxBytes = 8 * 2 ** 20, ...rest } = options;
  const { fetch = globalThis.fetch } = rest;
  const headers = { 'x-backendai-storage-auth-token': secret };
  const endpoint = `${url.replace(/\/+$/, '')}/trpc`;
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: endpoint,
          EventSource: resumingEventSource({ ...rest, fetch, headers, silenceMs, maxBytes }),
        }),
        // Not httpBatchLink: in a batch the slowest call holds up the others, and none can be aborted alone.
        false: httpLink({ url: endpoint, headers, fetch: limitedFetch({ timeoutMs, maxBytes, fetch }) as never }),
      }),
    ],
  });
}
