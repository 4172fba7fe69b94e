import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApplianceAnswer } from './dialect.ts';
import { headersOf, sendAnswer, textOf } from './send-answer.ts';

export type Fault = keyof typeof FAULTS;

/** A request that is to be answered wrongly, and what would have been right. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestBody: string;
  readonly rightAnswer: () => ApplianceAnswer;
  /** A refusal or a failure, as the vendor words it. */
  readonly error: (status: number) => ApplianceAnswer;
  /** Another origin. */
  readonly elsewhere: string;
}

/** What can befall any appliance, and the way to it, whoever made it. */
export const FAULTS = {
  refused: 'Nothing listens, and every connection is cut: only a word on its standard input brings it back.',
  silent: 'Connections are accepted, requests are read, nothing is ever answered.',
  drip: 'The headers come at once, the right body one byte a second.',
  html: 'Everything is answered with a page of HTML and 200, as by a portal in between.',
  unauthorized: 'Everything is refused with 401, logins too.',
  forbidden: 'Everything is refused with 403, logins too.',
  busy: 'Everything is answered with 503, as the vendor words it.',
  'rate-limited': 'Everything is answered with 429, and Retry-After.',
  half: 'The first half of the right body comes, then the connection is cut.',
  'cut-json': 'The first half of the right body comes as if it were all of it.',
  reset: 'The connection is cut when a request has come.',
  huge: 'The answer is a JSON string of 100 MB, and 200.',
  'redirect-away': 'Everything is redirected to another origin, which records what it gets.',
  'redirect-loop': 'Everything is redirected to where it came.',
  garbage: 'The answer is no HTTP.',
  empty: 'The answer is 200, JSON, and no body at all.',
  'error-200': 'The answer is 200, and null in JSON.',
  echo: 'Everything is answered with 400, and with the request itself: its headers and body.',
  'echo-200': 'Everything is answered with 200, and with what proves who asks, in every field and form.',
} as const;

const HUGE_BYTES = 100 * 1024 * 1024;
const HUGE_CHUNK = Buffer.alloc(64 * 1024, 'x');
const DRIP_MS = 1_000;
const RETRY_AFTER_S = 30;
const PORTAL =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Welcome to the network</h1></body></html>';

const PLAYERS: Readonly<Record<Fault, (exchange: Exchange) => void>> = {
  refused: ({ request }) => request.socket.destroy(),
  silent: () => {},
  drip,
  html: ({ response }) => sendAnswer(response, { status: 200, headers: { 'content-type': 'text/html' }, body: PORTAL }),
  unauthorized: ({ response, error }) => sendAnswer(response, error(401)),
  forbidden: ({ response, error }) => sendAnswer(response, error(403)),
  busy: ({ response, error }) => sendAnswer(response, error(503)),
  'rate-limited': ({ response, error }) => {
    const answer = error(429);
    sendAnswer(response, { ...answer, headers: { ...answer.headers, 'retry-after': `${RETRY_AFTER_S}` } });
  },
  half: ({ response, rightAnswer }) => {
    const { answer, text } = rightText(rightAnswer);
    response.writeHead(answer.status, headersOf(answer, text));
    response.write(firstHalf(text), () => response.destroy());
  },
  'cut-json': ({ response, rightAnswer }) => {
    const { answer, text } = rightText(rightAnswer);
    sendAnswer(response, { ...answer, body: firstHalf(text) });
  },
  reset: ({ request }) => request.socket.destroy(),
  huge,
  'redirect-away': ({ request, response, elsewhere }) => redirect(response, `${elsewhere}${request.url}`),
  'redirect-loop': ({ request, response }) => redirect(response, `${request.url}`),
  garbage: ({ request }) => request.socket.end(Buffer.from('160301020001000afc0300ff00ff0d0a0d0a', 'hex')),
  empty: ({ response }) => sendAnswer(response, { status: 200, body: '' }),
  'error-200': ({ response }) => sendAnswer(response, { status: 200, body: null }),
  echo: ({ request, response, requestBody }) => {
    const said = `cannot serve ${JSON.stringify(request.headers)} ${requestBody}`;
    sendAnswer(response, { status: 400, body: echoOf(said) });
  },
  'echo-200': ({ request, response, requestBody }) => {
    const { authorization = '' } = request.headers;
    const forms = [authorization, encodeURIComponent(authorization), JSON.stringify(authorization)];
    // A long way in, so that what is cut is cut in the middle of it.
    const said = `${forms.join(' ')} ${requestBody} ${'x'.repeat(40)} ${authorization}`;
    sendAnswer(response, { status: 200, body: echoOf(said) });
  },
};

export function isFault(word: string): word is Fault {
  return Object.hasOwn(FAULTS, word);
}

export function playFault(fault: Fault, exchange: Exchange): void {
  PLAYERS[fault](exchange);
}

/** Wherever a client may look for a state or for what went wrong. */
function echoOf(said: string): Readonly<Record<string, unknown>> {
  const states = { name: said, status: said, io_status: said, state: said, health: said, message: said };
  return {
    ...states,
    [said]: said,
    detail: said,
    data: { ...states, detail: said },
    error: { code: said, message: said },
    results: [states],
    records: [states],
    next: said,
  };
}

function rightText(rightAnswer: () => ApplianceAnswer): { answer: ApplianceAnswer; text: string } {
  const answer = rightAnswer();
  return { answer, text: textOf(answer) };
}

const firstHalf = (text: string): string => text.slice(0, Math.floor(text.length / 2));

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'content-length': '0' }).end();
}

function drip({ response, rightAnswer }: Exchange): void {
  const { answer, text } = rightText(rightAnswer);
  const bytes = Buffer.from(text);
  response.writeHead(answer.status, headersOf(answer, text));
  let sent = 0;
  const next = () => {
    response.write(bytes.subarray(sent, (sent += 1)));
    if (sent < bytes.length) return;
    clearInterval(timer);
    response.end();
  };
  const timer = setInterval(next, DRIP_MS).unref();
  response.once('close', () => clearInterval(timer));
  next();
}

/** Made as fast as it is read, and no longer once the client has gone. */
function huge({ response }: Exchange): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  pipeline(Readable.from(hugeBody()), response).catch(() => {});
}

function* hugeBody(): Generator<Buffer> {
  yield Buffer.from('{"data":"');
  for (let sent = 0; sent < HUGE_BYTES; sent += HUGE_CHUNK.length) yield HUGE_CHUNK;
  yield Buffer.from('"}');
}
