import { AskingFailed, httpFailure } from './failure.ts';
import { type Answer, readJson } from './limited-fetch.ts';
import { explainUnanswered } from './unanswered.ts';

export interface HealthPollOptions {
  /** Base URL of the proxy's manager-facing API, such as `http://127.0.0.1:6022`. */
  readonly url: string;
  readonly secret: string;
  /** Of one answer. Default: 8 MiB. */
  readonly maxBytes?: number;
  /** Asks by GET, without following redirects: `globalThis.fetch`, or something lighter. */
  readonly fetch?: PollFetch;
}

export type PollFetch = (
  url: string,
  init: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly redirect: 'manual';
  },
) => Promise<Answer>;

export interface PollOptions {
  /** What the caller has already, as `epoch:seq`: the proxy may leave out what has not changed since. */
  readonly known: string | null;
  /** Ends the poll. There is no other limit of time. */
  readonly signal: AbortSignal;
}

export type HealthPoll = (options: PollOptions) => Promise<unknown>;

/**
 * Asks a storage proxy for its report over REST, which the proxies of Backend.AI speak too, and gives the JSON as it came.
 * Redirects are not followed. Rejects with an error that `describeFailure` turns into a sentence.
 */
export function createHealthPoll(options: HealthPollOptions): HealthPoll {
  const { url, secret, maxBytes = 8 * 2 ** 20, fetch = globalThis.fetch } = options;
  const endpoint = `${url.replace(/\/+$/, '')}/manager-api/health`;
  const headers = { accept: 'application/json', 'x-backendai-storage-auth-token': secret };
  return async ({ known, signal }) => {
    const target = known === null ? endpoint : `${endpoint}?known=${encodeURIComponent(known)}`;
    const response = await fetch(target, { headers, signal, redirect: 'manual' }).catch((error: unknown) => {
      throw explainUnanswered(url, error);
    });
    if (response.status < 200 || response.status > 299) {
      await response.body?.cancel();
      throw httpFailure(response.status);
    }
    const body = await readJson(response, maxBytes);
    try {
      return JSON.parse(body.toString());
    } catch (cause) {
      throw new AskingFailed('unreadable', 'its answer could not be read', { cause });
    }
  };
}
