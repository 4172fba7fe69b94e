import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from '@trpc/client';
import { EventSource } from 'eventsource';
import type { AppRouter } from '../router/proxy.ts';
import { limitedFetch } from './limited-fetch.ts';

export type ProxyClient = TRPCClient<AppRouter>;

export interface ProxyClientOptions {
  /** Base URL of the proxy's manager-facing API, such as `http://127.0.0.1:6022`. */
  readonly url: string;
  readonly secret: string;
  /** For one call from its start to the last byte of its answer. Streams have no such limit. Default: 5 s. */
  readonly timeoutMs?: number;
  /** Of one answer. Default: 8 MiB. */
  readonly maxBytes?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A typed client of one storage proxy. A call rejects with an error that `describeFailure` turns into a sentence; an
 * answer of the procedure's own, such as `VOLUME_NOT_FOUND`, is typed in the error's `data`.
 */
export function createProxyClient(options: ProxyClientOptions): ProxyClient {
  const { url, secret, timeoutMs = 5_000, maxBytes = 8 * 2 ** 20, fetch = globalThis.fetch } = options;
  const headers = { 'x-backendai-storage-auth-token': secret };
  const endpoint = `${url.replace(/\/+$/, '')}/trpc`;
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: endpoint,
          EventSource,
          eventSourceOptions: () => ({
            fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
          }),
        }),
        // Not httpBatchLink: in a batch the slowest call holds up the others, and none can be aborted alone.
        false: httpLink({ url: endpoint, headers, fetch: limitedFetch({ timeoutMs, maxBytes, fetch }) as never }),
      }),
    ],
  });
}
