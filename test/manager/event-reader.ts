export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

export type EventReader = ReturnType<typeof readerOf>;

/** Reads server-sent events one at a time; comments and tRPC's pings are not among them. */
export function readerOf({ body }: Response) {
  if (body === null) throw new Error('a stream needs a body');
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';

  /** Null at the end of the stream; rejects where it was cut. */
  async function next(): Promise<ServerSentEvent | null> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end === -1) {
        const { done, value } = await reader.read();
        if (done) return null;
        text += value;
        continue;
      }
      const found = eventIn(text.slice(0, end));
      text = text.slice(end + 2);
      if (found !== null && found.event !== 'ping') return found;
    }
  }

  return {
    next,
    /** The data of the next event, read as JSON. */
    // oxlint-disable-next-line typescript/no-explicit-any -- whatever was asked for
    async json(): Promise<any> {
      const event = await next();
      return event === null ? null : JSON.parse(event.data);
    },
    close: () => reader.cancel(),
  };
}

function eventIn(block: string): ServerSentEvent | null {
  const fields = block
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]);
  if (fields.length === 0) return null;
  return { event: 'message', data: '', ...Object.fromEntries(fields) };
}

/** Asks for a stream of GraphQL events. */
export function subscription(query: string, variables?: object, base = 'http://manager'): Request {
  return new Request(`${base}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
  });
}
