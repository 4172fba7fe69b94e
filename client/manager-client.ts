import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from '@trpc/client';
import type { ManagerRouter } from '../router/manager.ts';
import { limitedFetch } from './limited-fetch.ts';
import { type ResumingEventSourceOptions, resumingEventSource } from './resuming-event-source.ts';

export type ManagerClient = TRPCClient<ManagerRouter>;

export interface ManagerClientOptions extends Pick<ResumingEventSourceOptions, 'random' | 'after'> {
  /** Base URL of the manager, such as `http://127.0.0.1:6080`. */
  readonly url: string;
  /** For one call from its start to the last byte of its answer. Streams have no such limit. Default: 10 s. */
  readonly timeoutMs?: number;
  /** A stream on which nothing comes for so long is cut and opened again. Default: 25 s; the manager pings every 10 s. */
  readonly silenceMs?: number;
  /** Of one answer, or one event of a stream. Default: 256 MiB, for a hundred thousand volumes. */
  readonly maxBytes?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A typed client of the manager: effective health, as every other surface gives it. Its streams go on by themselves after
 * whatever cuts them, as those of `createProxyClient` do.
 */
export function createManagerClient(options: ManagerClientOptions): ManagerClient {
  const { url, timeoutMs = 10_000, silenceMs = 25_000, maxBytes = 256 * 2 ** 20, ...rest } = options;
  const { fetch = globalThis.fetch } = rest;
  const endpoint = `${url.replace(/\/+$/, '')}/trpc`;
  return createTRPCClient<ManagerRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          url: endpoint,
          EventSource: resumingEventSource({ ...rest, fetch, silenceMs, maxBytes }),
        }),
        false: httpLink({ url: endpoint, fetch: limitedFetch({ timeoutMs, maxBytes, fetch }) as never }),
      }),
    ],
  });
}
