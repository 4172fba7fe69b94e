import { AskingFailed } from '../../../client/failure.ts';
import type { HealthPoll } from '../../../client/health-poll.ts';
import type { ProxyClient } from '../../../client/proxy-client.ts';
import { parsePosition } from '../../../probe/feed.ts';
import type { VolumeReport } from '../../../schema/volume-report.ts';
import { parseVolumeHost } from '../../../schema/volume-host.ts';
import type { StorageProxy } from '../../../proxy/storage-proxy.ts';
import { createAddingUp } from '../world/adding-up.ts';
import { openMessageStream, resumingMessageStream } from './message-stream.ts';
import type { Ending } from '../world/wire.ts';
import type { Subscriber, Transport, WayToManager, WayToProxy } from '../world/transport.ts';

/** The services exchange messages: what HTTP, SSE and tRPC would make of them is left out. */
export const engineTransport: Transport = {
  drain: () => new Promise((resolve) => setImmediate(resolve)),
  accessOf: (way) => ({ poll: pollOver(way), client: clientOver(way) }),
  subscribe,
  compareSurfaces: async () => {},
};

function pollOver(way: WayToProxy): HealthPoll {
  return async ({ known, signal }) => {
    const text = await exchange(way, signal, (proxy) => {
      const position = known === null ? null : parsePosition(known);
      return (position && proxy.unchangedSince(position)) ?? proxy.report();
    });
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new AskingFailed('unreadable', 'its answer could not be read', { cause });
    }
  };
}

/** As much of a client as a manager uses. */
function clientOver(way: WayToProxy): ProxyClient {
  const health = {
    check: {
      mutate: async ({ volume }: { volume: string }, { signal }: { signal: AbortSignal }) =>
        JSON.parse(await exchange(way, signal, (proxy) => proxy.check(volume))) as VolumeReport,
    },
    watch: {
      subscribe: (input: { ping_ms: number; lastEventId?: string }, callbacks: WatchCallbacks) => {
        const stream = resumingMessageStream(way, {
          lastEventId: input.lastEventId ?? null,
          open: (server, lastEventId, signal) =>
            openMessageStream(way.proxyOn(server).watch({ lastEventId, pingMs: input.ping_ms, signal }), (event) => {
              const { epoch, seq } = event.type === 'snapshot' ? event.report : event;
              return `${epoch}:${seq}`;
            }),
          onState: (state, error) => callbacks.onConnectionStateChange({ state, error }),
          onMessage: ({ id, text }) => callbacks.onData({ id, data: JSON.parse(text) }),
        });
        return { unsubscribe: stream.leave };
      },
    },
  };
  return { health } as unknown as ProxyClient;
}

interface WatchCallbacks {
  readonly onData: (message: { id: string | null; data: unknown }) => void;
  readonly onConnectionStateChange: (change: { state: 'connecting' | 'pending'; error: unknown }) => void;
}

/** One question to a proxy and its answer, as text. */
function exchange(
  { wire, client, journal, name, proxyOn }: WayToProxy,
  signal: AbortSignal,
  ask: (proxy: StorageProxy) => unknown,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = wire.connect(client);
    const { server } = connection;
    const leave = (): void => {
      connection.close('client');
      journal.note(name, 'given up:', signal.reason);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave);
    connection.onClosed('client', (why) => {
      signal.removeEventListener('abort', leave);
      journal.note(name, 'no answer:', why);
      reject(lost(why));
    });
    const answer = (text: string): void => {
      const mangling = wire.mangling();
      if (mangling === 'cut') return connection.close('server');
      connection.send('client', () => {
        signal.removeEventListener('abort', leave);
        connection.close('client');
        journal.note(name, 'answer', text);
        resolve(mangling === 'garbage' ? text.slice(0, text.length / 2) : text);
      });
    };
    connection.send('server', () => {
      // What a server fails to answer ends the connection: whoever asks is to be told of nothing more.
      void Promise.resolve()
        .then(() => ask(proxyOn(server!)))
        .then(
          (said) => answer(JSON.stringify(said)),
          () => connection.close('server'),
        );
    });
  });
}

/** What a client of a connection that has ended is told. */
function lost(why: Ending): Error {
  const code = why === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET';
  return new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) });
}

function subscribe(way: WayToManager): Subscriber {
  const { host, managerOn, name } = way;
  const addingUp = createAddingUp();
  const stream = resumingMessageStream(way, {
    lastEventId: null,
    open: (server, lastEventId, signal) =>
      openMessageStream(
        managerOn(server).watch({ host: host === null ? null : parseVolumeHost(host), lastEventId, signal }),
        (event) => event.id,
      ),
    onState: () => {},
    onMessage: ({ text }) => addingUp.take(JSON.parse(text)),
  });
  return { name, host, known: addingUp.known, stall: stream.stall, resume: stream.resume, leave: stream.leave };
}
