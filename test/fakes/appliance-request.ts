import type { IncomingMessage } from 'node:http';
import type { ApplianceRequest } from './dialect.ts';
import { splitUrl } from './request-log.ts';

/** A request as an appliance understands it. */
export function toApplianceRequest(request: IncomingMessage, body: string, elsewhere: string): ApplianceRequest {
  const { path, query } = splitUrl(request.url ?? '/');
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  return {
    method: request.method ?? 'GET',
    path: decode(path),
    query: new URLSearchParams(query),
    headers: request.headers as ApplianceRequest['headers'],
    body,
    origin: `${scheme}://${request.headers.host}`,
    elsewhere,
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
