import { createDecorrelatedBackoff } from '../../../client/decorrelated-backoff.ts';
import { AskingFailed } from '../../../client/failure.ts';
import type { Machine } from '../world/kernel.ts';
import type { WayToManager, WayToProxy } from '../world/transport.ts';
import type { Connection } from '../world/wire.ts';

export interface Message {
  readonly id: string | null;
  readonly text: string;
}

/** What a server sends, one message after the other. */
export type MessageStream = AsyncGenerator<Message, void, undefined>;

export async function* openMessageStream<E>(
  events: AsyncIterable<E>,
  idOf: (event: E) => string | null,
): MessageStream {
  for await (const event of events) yield { id: idOf(event), text: JSON.stringify(event) };
}

export interface StreamOptions {
  readonly lastEventId: string | null;
  /** Runs on the server's machine. */
  readonly open: (server: Machine, lastEventId: string | null, signal: AbortSignal) => MessageStream;
  readonly onState: (state: 'connecting' | 'pending', error: unknown) => void;
  readonly onMessage: (message: Message) => void;
}

/** A stream as its client holds it. */
export interface ResumingStream {
  readonly leave: () => void;
  /** Reads nothing more, until it does again. */
  readonly stall: () => void;
  readonly resume: () => void;
}

/** So many messages fill the buffers of a connection whose client does not read. */
const WINDOW = 8;
const SILENCE_MS = 5_000;
const BETWEEN_ATTEMPTS = { minMs: 500, maxMs: 30_000 };

/** Goes on after whatever ends a connection, as the clients of this project do: after delays, from the latest id. */
export function resumingMessageStream(way: WayToProxy | WayToManager, options: StreamOptions): ResumingStream {
  const { client, random } = way;
  const { onState, onMessage } = options;
  const backoff = createDecorrelatedBackoff({ ...BETWEEN_ATTEMPTS, random: random.next });
  const silenceMs = 'proxyOn' in way ? SILENCE_MS : null;
  let { lastEventId } = options;
  let isStalled = false;
  let unread: (() => void)[] = [];
  let leave = nothing;
  onState('connecting', null);
  connect();

  return {
    leave: () => leave(),
    stall() {
      isStalled = true;
    },
    resume() {
      isStalled = false;
      for (const read of unread.splice(0)) read();
    },
  };

  function connect(): void {
    const connection = way.wire.connect(client);
    let stopListening = nothing;
    let isOver = false;
    const end = (error: unknown): void => {
      if (isOver) return;
      close();
      const retry = client.clock.after(backoff.nextMs(), connect);
      leave = retry;
      onState('connecting', error);
    };
    const close = (): void => {
      isOver = true;
      stopListening();
      unread = [];
      connection.close('client');
    };
    const heard = (): void => {
      stopListening();
      if (silenceMs === null) return;
      stopListening = client.clock.after(silenceMs, () => end(new AskingFailed('timeout', 'silent')));
    };
    const arrive = (message: Message | 'open'): void => {
      if (isOver) return;
      heard();
      // What it has read makes room for more.
      connection.send('server', () => sender.made());
      if (message === 'open') return onState('pending', null);
      backoff.reset();
      lastEventId = message.id ?? lastEventId;
      way.journal.note(way.name, 'message', message.text);
      onMessage(message);
    };
    const sender = createSender(way, connection, {
      open: (server, signal) => options.open(server, lastEventId, signal),
      deliver: (message) => {
        if (isStalled) unread.push(() => arrive(message));
        else arrive(message);
      },
    });
    leave = close;
    heard();
    connection.onClosed('client', (why) => end(new AskingFailed('cut', why)));
    connection.send('server', sender.begin);
  }
}

/** The server's end of a connection: sends as long as there is room. */
function createSender(
  { wire }: Pick<WayToProxy, 'wire'>,
  connection: Connection,
  {
    open,
    deliver,
  }: { open: (server: Machine, signal: AbortSignal) => MessageStream; deliver: (m: Message | 'open') => void },
) {
  const life = new AbortController();
  let room = WINDOW;
  let wake = nothing;
  connection.onClosed('server', () => {
    life.abort();
    wake();
  });

  return {
    made() {
      room += 1;
      wake();
    },
    begin: () => void run(),
  };

  async function run(): Promise<void> {
    const stream = open(connection.server!, life.signal);
    put('open');
    for await (const message of stream) {
      await hasRoom();
      if (life.signal.aborted) break;
      const mangling = wire.mangling();
      if (mangling === 'cut') return hangUp();
      if (mangling === 'lost') continue;
      put(mangling === 'garbage' ? { ...message, text: '{"type":"nonsense"}' } : message);
      if (mangling === 'twice') put(message);
    }
    if (!life.signal.aborted) connection.close('server');
  }

  async function hasRoom(): Promise<void> {
    if (room > 0 || life.signal.aborted) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    await hasRoom();
  }

  function put(message: Message | 'open'): void {
    room -= 1;
    connection.send('client', () => deliver(message));
  }

  function hangUp(): void {
    life.abort();
    connection.close('server');
  }
}

function nothing(): void {}
