import { z } from 'zod';
import { ApiFailed, quotable } from './api-failed.ts';
import { parseExactJson } from './exact-json.ts';
import { type HttpAnswer, REDIRECTS } from './http-client.ts';
import { inOneLine } from './redaction.ts';

/** What an answer of 2xx holds; throws an `ApiFailed` for every other one, and for what is no JSON. */
export function bodyOf({ status, text }: HttpAnswer, system: string): unknown {
  const body = jsonOf(text);
  if (status >= 200 && status <= 299) {
    if (body !== undefined) return body;
    throw new ApiFailed(`${system} API answered ${describeText(text)} instead of JSON`, {
      kind: 'unreadable',
      system,
      status,
    });
  }
  const kind = status === 401 || status === 403 ? 'forbidden' : status < 400 ? 'unreadable' : 'error';
  const said = wordsOf(body);
  const what = REDIRECTS.includes(status) ? `redirects elsewhere (HTTP ${status})` : `answered HTTP ${status}`;
  throw new ApiFailed(`${system} API ${what}${said === null ? '' : `: ${said}`}`, { kind, system, status, body });
}

/** Throws an `ApiFailed` that names the field which is not as it must be. */
export function readAs<S extends z.ZodType>(schema: S, value: unknown, system: string): z.output<S> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'it' : `\`${issue.path.map(String).join('.')}\``;
  throw new ApiFailed(
    `${system} API answered without what is needed: ${where}: ${issue?.message.replace('Invalid input: ', '') ?? 'unreadable'}`,
    {
      kind: 'unreadable',
      system,
      body: value,
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

function describeText(text: string): string {
  if (text.trim() === '') return 'nothing';
  if (text.startsWith('\u001F')) return 'something compressed';
  return /^\s*</.test(text) ? 'a web page' : 'something';
}

/** Where vendors put what they have to say of a failure. */
const Said = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ status: z.object({ message: z.string() }) }).transform(({ status }) => status.message),
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
  z.object({ data: z.string() }).transform(({ data }) => data),
]);

function wordsOf(body: unknown): string | null {
  const said = inOneLine(Said.safeParse(body).data ?? '');
  return said === '' ? null : quotable(said);
}
