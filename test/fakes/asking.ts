import { basicToken } from './basic-credentials.ts';
import type { Appliance, ApplianceAnswer, ApplianceRequest } from './dialect.ts';

/** A request for a path as a client writes it, with its query, as the server hands it to an appliance. */
export function requestFor(url: string, headers: ApplianceRequest['headers'] = {}): ApplianceRequest {
  const { pathname, searchParams, origin } = new URL(url, 'https://gui.example');
  return { method: 'GET', path: decodeURIComponent(pathname), query: searchParams, headers, body: '', origin };
}

/** Asks an appliance with the user and the password that these two options hold. */
export function askerOf(appliance: Appliance, userKey: string, passwordKey: string) {
  const { [userKey]: user, [passwordKey]: password } = appliance.options;
  const authorization = `Basic ${basicToken(String(user), String(password))}`;
  return (url: string, state: string): ApplianceAnswer => appliance.answer(requestFor(url, { authorization }), state);
}

/** The JSON of an answer. */
export function jsonOf({ body }: ApplianceAnswer): Record<string, unknown> {
  return JSON.parse(textOf(body)) as Record<string, unknown>;
}

/** What a client reads. */
export function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
