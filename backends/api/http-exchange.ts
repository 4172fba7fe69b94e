import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { type ExtendOptions, type Got, RequestError } from 'got';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** Behind the endpoint, encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal: AbortSignal;
}

export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<{ location?: string | undefined }>;
  readonly body: Uint8Array;
}

/** What came was not read to its end. The message is a sentence that follows the endpoint. */
export class AnswerUnusable extends Error {
  override readonly name = 'AnswerUnusable';
}

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

const MAX_ANSWER_BYTES = 8 * 1_024 * 1_024;

/** What every call has in common: no retries and no redirects that nobody sees, TLS as it is today. */
const BASE = got.extend({
  retry: { limit: 0 },
  throwHttpErrors: false,
  followRedirect: false,
  // Compressed, a small answer could become a huge one.
  decompress: false,
  headers: { 'user-agent': 'volhealth', accept: 'application/json' },
});

/** What is posted goes over a connection of its own: on one that is dead it would be lost, and it is not sent twice. */
const FOR_POSTS: Agents = { http: new HttpAgent(), https: new HttpsAgent() };

export function createAgents(): Agents {
  return { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
}

export function createGot({ https, ...options }: ExtendOptions): Got {
  return BASE.extend({ ...options, https: { minVersion: 'TLSv1.2', ...https } });
}

/**
 * One question and its answer, whatever its status. Rejects as the call's signal says, with an `AnswerUnusable`, or
 * with got's error.
 */
export async function exchange(client: Got, url: string, call: HttpCall, agent: Agents): Promise<RawAnswer> {
  try {
    return await send(client, url, call, agent);
  } catch (error) {
    call.signal.throwIfAborted();
    if (call.method !== 'GET' || !isCutWhenReused(error)) throw error;
    // A server may close an idle connection just when it is used again: that says nothing about the server. It may have
    // closed the other ones, too.
    for (const idle of [agent.http.freeSockets, agent.https.freeSockets]) {
      for (const socket of Object.values(idle).flat()) socket?.destroy();
    }
    return send(client, url, call, agent);
  }
}

async function send(client: Got, url: string, call: HttpCall, agent: Agents): Promise<RawAnswer> {
  const { method, headers, json, signal } = call;
  const stop = new AbortController();
  const request = client(url, {
    method,
    headers: { ...headers },
    ...(method === 'POST' ? { json } : {}),
    responseType: 'buffer',
    agent: method === 'POST' ? FOR_POSTS : agent,
    signal: AbortSignal.any([signal, stop.signal]),
  });
  void request.on('downloadProgress', ({ transferred }) => {
    if (transferred > MAX_ANSWER_BYTES) stop.abort(new AnswerUnusable('its answer is larger than 8 MiB'));
  });
  // A connection that becomes something else is nobody's: it would stay open for good.
  void request.on('request', (sent) => {
    sent.once('upgrade', (_answer, socket) => {
      socket.destroy();
      stop.abort(new AnswerUnusable('it goes over to another protocol'));
    });
  });
  try {
    return await request;
  } catch (error) {
    signal.throwIfAborted();
    stop.signal.throwIfAborted();
    throw error;
  }
}

function isCutWhenReused(error: unknown): boolean {
  if (!(error instanceof RequestError) || error.request?.reusedSocket !== true) return false;
  return error.response === undefined && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
