import { type Got, RequestError } from 'got';
import { ApiFailed } from './api-failed.ts';
import { createAuthorityFile } from './authority-file.ts';
import { daysExpired } from './certificate.ts';
import { AnswerUnusable, createAgents, createGot, exchange, type HttpCall, type RawAnswer } from './http-exchange.ts';
import { describeTransport, isBeforeConnection } from './transport-failure.ts';

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
  /** How long a call may take as a whole, whoever waits for it: callers bring deadlines of their own. */
  readonly callMs: number;
  /** Closes every connection when it is aborted. */
  readonly stopping?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Resolves with any answer of at most 8 MiB, whatever its status; rejects with an `ApiFailed`, with an `OptionUnreadable`
 * for a file of the authority, or as its signal says. No error holds what was sent.
 */
export type HttpClient = (call: HttpCall) => Promise<HttpAnswer>;

export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 3;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { system, endpoints } = options;
  const agents = createAgents();
  options.stopping?.addEventListener('abort', () => {
    for (const agent of Object.values(agents)) agent.destroy();
  });
  const authority = options.ca === undefined ? null : createAuthorityFile(options.ca);
  let configured: { readonly ca: string | undefined; readonly client: Got } | null = null;
  let first = 0;

  return async (call) => {
    const failures: string[] = [];
    for (let tried = 1, at = first; ; tried += 1, at = (at + 1) % endpoints.length) {
      const endpoint = endpoints[at] ?? '';
      try {
        const answer = await askAt(endpoint, call);
        first = at;
        return answer;
      } catch (error) {
        // Whoever comes next begins with another one, also after one that keeps silent.
        first = (at + 1) % endpoints.length;
        const failure = await failureOf(error, endpoint, call.signal);
        failures.push(failure.message);
        if (isBeforeConnection(error) && tried < endpoints.length) continue;
        const { kind, status } = failure;
        throw new ApiFailed(failures.join('; '), { kind, system, ...(status === null ? {} : { status }) });
      }
    }
  };

  /** Follows redirects to the same origin; what is posted is for its address, and for no other. */
  async function askAt(endpoint: string, call: HttpCall): Promise<HttpAnswer> {
    const client = await configure();
    let url = endpoint + call.path;
    if (URL.parse(url)?.origin !== new URL(endpoint).origin) throw unreadable(endpoint, 'a path leads elsewhere');
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const answer = await exchange(client, url, call, agents).catch(async (error: unknown) => {
        // Something was sent, if not there: no other endpoint is tried.
        throw redirects === 0 ? error : await failureOf(error, endpoint, call.signal);
      });
      const next = call.method === 'GET' ? redirectWithin(answer, url) : null;
      // The decoder takes a byte order mark away.
      if (next === null) return { status: answer.statusCode, text: new TextDecoder().decode(answer.body) };
      url = next;
    }
    throw unreadable(endpoint, 'it redirects in a circle');
  }

  /** The authority is read for each call; on connections of another one, nothing is asked any more. */
  async function configure(): Promise<Got> {
    const ca = await authority?.read();
    if (configured === null || configured.ca !== ca) configured = { ca, client: gotOf(options, ca) };
    return configured.client;
  }

  async function failureOf(error: unknown, endpoint: string, signal: AbortSignal): Promise<ApiFailed> {
    signal.throwIfAborted();
    if (error instanceof ApiFailed) return error;
    if (error instanceof AnswerUnusable) return unreadable(endpoint, error.message);
    if (!(error instanceof RequestError)) throw error;
    const { kind, sentence } = describeTransport(error);
    if (kind === 'untrusted') authority?.forget();
    const days = error.code === 'CERT_HAS_EXPIRED' ? await daysExpired(endpoint, signal) : null;
    const said = days === null ? sentence : `its certificate expired ${inDays(days)} ago`;
    return new ApiFailed(`${endpoint}: ${said}`, { kind, system });
  }

  function unreadable(endpoint: string, sentence: string): ApiFailed {
    return new ApiFailed(`${endpoint}: ${sentence}`, { kind: 'unreadable', system });
  }
}

/** Where an answer sends the one who asked, as long as that is the same origin. */
function redirectWithin({ statusCode, headers: { location } }: RawAnswer, url: string): string | null {
  const next = REDIRECTS.includes(statusCode) && location !== undefined ? URL.parse(location, url) : null;
  return next?.origin === new URL(url).origin ? next.origin + next.pathname + next.search : null;
}

function gotOf({ verifyTls, connectMs, callMs }: HttpClientOptions, ca: string | undefined): Got {
  const authority = ca === undefined ? {} : { certificateAuthority: ca };
  const timeout = { lookup: connectMs, connect: connectMs, secureConnect: connectMs, request: callMs };
  return createGot({ timeout, https: { rejectUnauthorized: verifyTls, ...authority } });
}

const inDays = (days: number): string => (days === 0 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`);
