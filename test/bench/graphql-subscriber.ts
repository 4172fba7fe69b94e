import { type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { machineMs } from './machine-clock.ts';

export interface SubscriberOptions<Data> {
  /** Of the manager. */
  readonly url: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Hears of every event with the instant at which its last byte came, by the machine's clock. */
  readonly onNext: (data: Data, atMs: number) => void;
  /** Hears of the end of the stream, whoever ended it. */
  readonly onEnd?: () => void;
}

/** A GraphQL subscription over SSE on a connection of its own, that can stop reading. */
export interface Subscriber {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: () => void;
}

/** Resolves once the stream is open. Rejects with what the manager answers instead of a stream. */
export async function subscribe<Data>(options: SubscriberOptions<Data>): Promise<Subscriber> {
  const { url, query, variables = {}, onNext, onEnd = () => {} } = options;
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const asking = request(`${url}/graphql`, { method: 'POST', agent: false, headers });
  asking.end(JSON.stringify({ query, variables }));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  if (response.headers['content-type']?.startsWith('text/event-stream') !== true) {
    throw new Error(`no stream, but HTTP ${response.statusCode}: ${(await response.toArray()).join('')}`);
  }
  let pending = '';
  response.on('data', (chunk: string) => {
    const atMs = machineMs();
    const messages = (pending + chunk).split('\n\n');
    pending = messages.pop() ?? '';
    for (const message of messages) {
      const data = dataOf(message);
      if (data !== null) onNext(data as Data, atMs);
    }
  });
  response.once('close', onEnd);
  // Cut by the manager: that is an end like any other.
  response.on('error', () => {});
  asking.on('error', () => {});
  return {
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => asking.destroy(),
  };
}

/** Whether the manager has a subscription of that name; what a manager without it cannot do is skipped. */
export async function hasSubscription(url: string, name: string): Promise<boolean> {
  const answer = await ask<{ subscription: { fields: { name: string }[] } | null }>(
    url,
    '{ subscription: __type(name: "Subscription") { fields { name } } }',
  );
  return answer.subscription?.fields.some((field) => field.name === name) === true;
}

/** The answer to a query. */
export async function ask<Data>(url: string, query: string): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

function dataOf(message: string): unknown {
  let data = '';
  let event = 'message';
  for (const line of message.split('\n')) {
    if (line.startsWith('data:')) data += line.slice(5);
    else if (line.startsWith('event:')) event = line.slice(6).trim();
  }
  if (event !== 'next' || data === '') return null;
  const { data: found, errors } = JSON.parse(data) as { data: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return found;
}
