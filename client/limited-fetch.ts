import { AskingFailed, httpFailure } from './failure.ts';
import { explainUnanswered } from './unanswered.ts';

export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly fetch: typeof globalThis.fetch;
}

/**
 * `fetch` for callers who cannot trust the other side: the *whole* exchange takes at most `timeoutMs`, the body has at
 * most `maxBytes`, redirects are not followed, and only JSON counts as an answer. Rejects with an `AskingFailed`,
 * or with what `fetch` itself threw.
 */
export function limitedFetch({ timeoutMs, maxBytes, fetch }: FetchLimits): typeof globalThis.fetch {
  return async (input, init) => {
    const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
    const given = init?.signal;
    const signal = given == null ? timeout : AbortSignal.any([given, timeout]);
    try {
      const response = await fetch(input, { ...init, signal, redirect: 'manual' });
      const body = await readJson(response, maxBytes);
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (error) {
      if (timeout.aborted)
        throw new AskingFailed('timeout', `timed out after ${timeoutMs / 1_000} s`, { cause: error });
      throw explainUnanswered(input instanceof Request ? input.url : input.toString(), error);
    }
  };
}

/** As much of a `Response` as it takes to read one: what is not `fetch` can offer that too, for less. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly body: AnswerBody | null;
}

type AnswerBody = AsyncIterable<Uint8Array> & { readonly cancel: () => Promise<void> };

/** The bytes of an answer in JSON. Rejects with an `AskingFailed` if it is none, or has more than `maxBytes`. */
export async function readJson(response: Answer, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  if (!isJson(response)) {
    await response.body?.cancel();
    throw notJson(response);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new AskingFailed('too_large', `answered more than ${sizeText(maxBytes)}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

const sizeText = (bytes: number): string =>
  bytes < 2 ** 20 ? `${Math.round(bytes / 2 ** 10)} KiB` : `${Math.round(bytes / 2 ** 20)} MiB`;

function isJson(response: Answer): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');
}

function notJson({ status, headers }: Answer): AskingFailed {
  if (status < 200 || status > 299) return httpFailure(status);
  const type = headers.get('content-type')?.split(';')[0] ?? 'nothing readable';
  return new AskingFailed('unreadable', `answered ${type.slice(0, 60)} instead of JSON`);
}
