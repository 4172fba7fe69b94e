import type { ServerResponse } from 'node:http';
import type { ApplianceAnswer } from './dialect.ts';

// Known to the engine, but not yet to the types.
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

export function sendAnswer(response: ServerResponse, answer: ApplianceAnswer): void {
  if (answer.isWithheld) return;
  const text = textOf(answer);
  response.writeHead(answer.status, headersOf(answer, text)).end(text);
}

/** Numbers that a double cannot hold are written as the vendors write them: with all their digits. */
export function textOf({ body }: ApplianceAnswer): string {
  if (typeof body === 'string') return body;
  if (body === undefined) return '';
  return JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? rawJSON(`${value}`) : value));
}

/** JSON, unless the answer says otherwise. */
export function headersOf({ headers }: ApplianceAnswer, text: string): Record<string, string> {
  return { 'content-type': 'application/json', ...headers, 'content-length': `${Buffer.byteLength(text)}` };
}
