import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { problem } from '../router/trpc-app.ts';

export interface GetBodyLimits {
  readonly maxBytes: number;
  /** How long the body may take to arrive. */
  readonly timeoutMs: number;
}

/**
 * The body that came with a GET, as Backend.AI's manager sends it; empty where there is none. Whoever sends too much, or
 * takes too long, gets the `Response` that says so, and is hung up on. A Fetch `Request` has no body on a GET:
 * it is read from what @hono/node-server gives beside it, and is empty where there is no socket.
 */
export async function readGetBody(c: Context, { maxBytes, timeoutMs }: GetBodyLimits): Promise<string | Response> {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = incoming?.headers ?? {};
  if (incoming === undefined || (Number(length) === 0 && encoding === undefined)) return '';
  if (Number(length) > maxBytes) return tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      settle(tooLate());
    }, timeoutMs);
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) settle(tooLarge());
      else chunks.push(chunk);
    };
    const end = () => {
      settle(Buffer.concat(chunks).toString());
    };
    const gone = () => {
      settle(tooLate());
    };
    const settle = (outcome: string | Response) => {
      clearTimeout(timer);
      incoming.off('data', take).off('end', end).off('close', gone);
      resolve(outcome);
    };
    incoming.on('data', take).once('end', end).once('close', gone);
  });
}

const tooLarge = (): Response => hangingUp(problem(413, 'Request too large'));

const tooLate = (): Response => hangingUp(problem(408, 'Request body did not arrive'));

/** The rest of the body is not waited for. */
function hangingUp(response: Response): Response {
  response.headers.set('connection', 'close');
  return response;
}
