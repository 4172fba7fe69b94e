import { AskingFailed, httpFailure } from './failure.ts';
import { type Answer, readJson } from './limited-fetch.ts';
import { explainUnanswered } from './unanswered.ts';

export interface RestAskingOptions {
  /** Base URL of the proxy's manager-facing API, such as `http://127.0.0.1:6022`. */
  readonly url: string;
  readonly secret: string;
  /** Asks by GET, without following redirects: `globalThis.fetch`, or something that can send a body along. */
  readonly fetch?: RestFetch;
}

export type RestFetch = (
  url: string,
  init: {
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly redirect: 'manual';
    /** By GET: the proxies of Backend.AI want it so, and `globalThis.fetch` refuses to. */
    readonly body?: string;
  },
) => Promise<Answer>;

export interface RestQuestion {
  /** Below the base URL, without a slash before it. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the answer. Default: 8 MiB. */
  readonly maxBytes?: number;
  /** Ends the question. There is no other limit of time. */
  readonly signal: AbortSignal;
}

export interface RestAnswer {
  /** The JSON as it came. */
  readonly value: unknown;
  /** When it was made by the wall clock of who made it, to the second; null where it does not say. */
  readonly dateMs: number | null;
}

export type RestAsking = (question: RestQuestion) => Promise<RestAnswer>;

const MAX_BYTES = 8 * 2 ** 20;

/**
 * Asks a storage proxy over REST, which the proxies of Backend.AI speak too, always with the secret. Redirects are not
 * followed. Rejects with an error that `describeFailure` turns into a sentence.
 */
export function createRestAsking({ url, secret, fetch = globalThis.fetch }: RestAskingOptions): RestAsking {
  const base = url.replace(/\/+$/, '');
  const headers = { accept: 'application/json', 'x-backendai-storage-auth-token': secret };
  const withBody = { ...headers, 'content-type': 'application/json' };
  return async ({ path, body, maxBytes = MAX_BYTES, signal }) => {
    const sent = body === undefined ? { headers } : { headers: withBody, body: JSON.stringify(body) };
    const init = { ...sent, signal, redirect: 'manual' } as const;
    const response = await fetch(`${base}/${path}`, init).catch((error: unknown) => {
      throw explainUnanswered(url, error);
    });
    if (response.status < 200 || response.status > 299) {
      await response.body?.cancel();
      throw httpFailure(response.status);
    }
    const text = await readJson(response, maxBytes);
    try {
      return { value: JSON.parse(text.toString()), dateMs: dateOf(response) };
    } catch (cause) {
      throw new AskingFailed('unreadable', 'its answer could not be read', { cause });
    }
  };
}

function dateOf({ headers }: Answer): number | null {
  const ms = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? null : ms;
}
