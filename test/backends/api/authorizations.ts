import type { Authorization } from '../../../backends/api/authorization.ts';
import { type ApiSession, createApiSession } from '../../../backends/api/api-session.ts';
import type { HttpAnswer, HttpClient } from '../../../backends/api/http-client.ts';
import { clientOf, serve } from './servers.ts';

export interface Asked {
  readonly path: string;
  readonly authorization: string;
}

/** A server that says this to each call, and which calls it got. */
export async function apiThat(answer: (asked: Asked) => Promise<HttpAnswer> | HttpAnswer) {
  const calls: Asked[] = [];
  const { url } = await serve(async ({ url: path = '', headers: { authorization = '' } }, response) => {
    calls.push({ path, authorization });
    const { status, text } = await answer({ path, authorization });
    response.writeHead(status).end(text);
  });
  return { http: clientOf([url]), calls };
}

export const answering = (status: number, body: unknown = {}): HttpAnswer => ({ status, text: JSON.stringify(body) });

export const sessionOf = (http: HttpClient, authorization: Authorization, maxCalls = 4): ApiSession =>
  createApiSession({ system: 'ACME', http, authorization, maxCalls, stopping: new AbortController().signal });
