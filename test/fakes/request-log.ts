import type { IncomingMessage } from 'node:http';

export interface LoggedRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly query: string;
  readonly isLogin: boolean;
  readonly authorization: string | null;
}

export function logRequest({ method = '', url = '', headers }: IncomingMessage, isLogin: boolean): LoggedRequest {
  const { path, query } = splitUrl(url);
  return { method, path, query, isLogin, authorization: headers.authorization ?? null };
}

export function splitUrl(url: string): { path: string; query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}
