import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { AbortError, type Got, RequestError } from 'got';
import { ApiFailed } from './api-failed.ts';
import { daysExpired } from './certificate.ts';
import { describeTransport, isBeforeConnection } from './transport-failure.ts';
import { readTextFile } from './secret.ts';

export interface HttpClientOptions {
  /** Whose API it is, as people call it. */
  readonly system: string;
  /** Tried in this order when no connection comes about; the one that served last is the first. */
  readonly endpoints: readonly string[];
  /** Whether certificates are verified. */
  readonly verifyTls: boolean;
  /** PEM file of the authority, instead of the public ones. */
  readonly ca: string | undefined;
  /** How long each phase of making a connection may take. */
  readonly connectMs: number;
  /** How many calls may be out at once; the others wait. */
  readonly maxCalls: number;
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** Behind the endpoint, encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Resolves with any answer of at most 8 MiB, whatever its status; rejects with an `ApiFailed`, or as its signal says. */
export type HttpClient = (call: HttpCall) => Promise<HttpAnswer>;

const MAX_ANSWER_BYTES = 8 * 1_024 * 1_024;
/** Only a bound for what nobody waits for any more: callers bring deadlines of their own. */
const MAX_CALL_MS = 60_000;

/** What every call has in common: no retries that nobody sees, TLS as it is today, redirects within one origin. */
const BASE = got.extend({
  retry: { limit: 0 },
  throwHttpErrors: false,
  // Compressed, a small answer could become a huge one.
  decompress: false,
  responseType: 'text',
  maxRedirects: 3,
  followRedirect: ({ url, headers }) => URL.parse(headers.location ?? '', url)?.origin === new URL(url).origin,
  headers: { 'user-agent': 'volhealth', accept: 'application/json' },
  https: { minVersion: 'TLSv1.2' },
});

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { system, endpoints, connectMs, maxCalls } = options;
  const agent = {
    http: new HttpAgent({ keepAlive: true, maxSockets: maxCalls }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: maxCalls }),
  };
  const timeout = { lookup: connectMs, connect: connectMs, secureConnect: connectMs, request: MAX_CALL_MS };
  let configured: Promise<Got> | null = null;
  let first = 0;

  return async (call) => {
    const failures: string[] = [];
    for (let tried = 0; ; tried += 1) {
      const at = (first + tried) % endpoints.length;
      const endpoint = endpoints[at] ?? '';
      try {
        const answer = await askOnce(endpoint, call);
        first = at;
        return answer;
      } catch (error) {
        const failure = await failureOf(error, endpoint, call.signal);
        failures.push(failure.message);
        if (isBeforeConnection(error) && tried + 1 < endpoints.length) continue;
        // Whoever comes next begins with another one.
        first = (at + 1) % endpoints.length;
        const { kind, status } = failure;
        throw new ApiFailed(
          failures.join('; '),
          { kind, system, ...(status === null ? {} : { status }) },
          { cause: error },
        );
      }
    }
  };

  async function askOnce(endpoint: string, { method, path, headers, json, signal }: HttpCall): Promise<HttpAnswer> {
    const client = await configure();
    const tooLarge = new AbortController();
    // What is posted is for this address, and for no other.
    const body = method === 'POST' ? { json, followRedirect: false } : {};
    const bounds = { signal: AbortSignal.any([signal, tooLarge.signal]), agent, timeout };
    const ask = async () => {
      const request = client(endpoint + path, { method, headers: { ...headers }, ...body, ...bounds });
      void request.on('downloadProgress', ({ transferred }) => {
        if (transferred > MAX_ANSWER_BYTES) tooLarge.abort();
      });
      return request;
    };
    try {
      // A server may close an idle connection just when it is used again: that says nothing about the server.
      const { statusCode, body: text } = await ask().catch((error: unknown) => {
        if (method === 'GET' && error instanceof RequestError && isCutWhenReused(error)) return ask();
        throw error;
      });
      return { status: statusCode, text };
    } catch (error) {
      signal.throwIfAborted();
      if (tooLarge.signal.aborted) {
        throw new ApiFailed(`${endpoint}: its answer is larger than 8 MiB`, { kind: 'unreadable', system });
      }
      throw error;
    }
  }

  /** The authority is read when it is needed, and again after a certificate was not trusted. */
  function configure(): Promise<Got> {
    configured ??= configuredBase(options);
    configured.catch(forgetAuthority);
    return configured;
  }

  function forgetAuthority(): void {
    configured = null;
  }

  async function failureOf(error: unknown, endpoint: string, signal: AbortSignal): Promise<ApiFailed> {
    signal.throwIfAborted();
    if (error instanceof ApiFailed) return error;
    if (!(error instanceof RequestError)) throw error;
    const { kind, sentence } = describeTransport(error);
    if (kind === 'untrusted') forgetAuthority();
    const days = error.code === 'CERT_HAS_EXPIRED' ? await daysExpired(endpoint, signal) : null;
    const said = days === null ? sentence : `its certificate expired ${days === 1 ? '1 day' : `${days} days`} ago`;
    return new ApiFailed(`${endpoint}: ${said}`, { kind, system }, { cause: error });
  }
}

async function configuredBase({ verifyTls, ca }: HttpClientOptions): Promise<Got> {
  const authority = ca === undefined ? {} : { certificateAuthority: await readTextFile(ca) };
  return BASE.extend({ https: { rejectUnauthorized: verifyTls, ...authority } });
}

function isCutWhenReused(error: RequestError): boolean {
  if (error instanceof AbortError || error.request?.reusedSocket !== true) return false;
  return error.response === undefined && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
