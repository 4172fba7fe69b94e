import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client';
import type { ManagerRouter } from '../router/manager.ts';
import { limitedFetch } from './limited-fetch.ts';

export type ManagerClient = TRPCClient<ManagerRouter>;

export interface ManagerClientOptions {
  /** Base URL of the manager, such as `http://127.0.0.1:6080`. */
  readonly url: string;
  /** For one call from its start to the last byte of its answer. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Of one answer. Default: 256 MiB, for a hundred thousand volumes. */
  readonly maxBytes?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/** A typed client of the manager: effective health, as every other surface gives it. */
export function createManagerClient(options: ManagerClientOptions): ManagerClient {
  const { url, timeoutMs = 10_000, maxBytes = 256 * 2 ** 20, fetch = globalThis.fetch } = options;
  return createTRPCClient<ManagerRouter>({
    links: [
      httpLink({
        url: `${url.replace(/\/+$/, '')}/trpc`,
        fetch: limitedFetch({ timeoutMs, maxBytes, fetch }) as never,
      }),
    ],
  });
}
