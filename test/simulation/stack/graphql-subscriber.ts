import { createDecorrelatedBackoff } from '../../../client/decorrelated-backoff.ts';
import { openEventStream } from '../../../client/event-stream.ts';
import { VolumeHealthEvent } from '../../../schema/manager-event.ts';
import { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import { readerOf, selectionOf } from './graphql-shape.ts';
import { createReading, type Reading } from './reading.ts';
import { createTold } from './told.ts';
import type { Subscriber, WayToManager } from '../world/transport.ts';
import { Violation } from '../world/violation.ts';

const Told = VolumeHealthEvent.pick({ id: true, type: true, remaining: true, host: true, current: true });

const readEvent = readerOf(Told);
const readProxy = readerOf(StorageProxyHealth);

const VOLUMES = `subscription ($host: String, $since: String) {
  volumeHealthChanged(host: $host, since: $since) ${selectionOf(Told)}
}`;
const PROXIES = `subscription { storageProxyHealthChanged ${selectionOf(StorageProxyHealth)} }`;

/** Yoga pings each 12 s. */
const SILENCE_MS = 30_000;
const MAX_BYTES = 2 ** 28;
const BETWEEN_ATTEMPTS = { minMs: 500, maxMs: 30_000 };

export interface GraphqlSubscriberOptions {
  readonly over: typeof fetch;
  readonly onViolation: (violation: Violation) => void;
}

/** A web client that listens to a manager: to its volumes and, where it listens to all of them, to its proxies. */
export function graphqlSubscriber(way: WayToManager, { over, onViolation }: GraphqlSubscriberOptions): Subscriber {
  const { host } = way;
  const name = `${way.name} (GraphQL)`;
  const reading = createReading(over, way);
  const told = createTold();
  const streams = [
    keepListening({
      way,
      reading,
      query: VOLUMES,
      variables: () => ({ host, since: told.since() }),
      onOpen: told.cut,
      onEvent(data) {
        const event = readEvent(data['volumeHealthChanged']);
        if (event.type === 'snapshot')
          told.takeSnapshot(event.current === null ? [] : [event.current], event.remaining!);
        else told.takeVolume(event.host, event.current);
        if (event.id !== null) told.takeId(event.id);
      },
      onRefused,
    }),
  ];
  if (host === null) {
    let isNew = true;
    streams.push(
      keepListening({
        way,
        reading,
        query: PROXIES,
        variables: () => ({}),
        onOpen() {
          isNew = true;
        },
        onEvent(data) {
          // It begins with all that there are.
          if (isNew) told.forgetProxies();
          isNew = false;
          told.takeProxy(readProxy(data['storageProxyHealthChanged']));
        },
        onRefused,
      }),
    );
  }
  return {
    name,
    host,
    known: () => ({ ...told.known(), areProxiesApart: true }),
    stall: reading.stall,
    resume: reading.resume,
    leave() {
      for (const leave of streams) leave();
    },
  };

  function onRefused(errors: unknown): void {
    onViolation(new Violation('sound', `${name} is told ${JSON.stringify(errors)}`));
  }
}

interface ListeningOptions {
  readonly way: WayToManager;
  readonly reading: Reading;
  readonly query: string;
  readonly variables: () => object;
  readonly onOpen: () => void;
  readonly onEvent: (data: Readonly<Record<string, unknown>>) => void;
  readonly onRefused: (errors: unknown) => void;
}

/** Opens a stream of GraphQL events again whenever it has ended, until the function that it returns is called. */
function keepListening(options: ListeningOptions): () => void {
  const { way, reading, query, variables, onOpen, onEvent, onRefused } = options;
  const backoff = createDecorrelatedBackoff({ ...BETWEEN_ATTEMPTS, random: way.random.next });
  let leave = connect();
  return () => leave();

  function connect(): () => void {
    const asked = new URLSearchParams({ query, variables: JSON.stringify(variables()) });
    return openEventStream({
      url: `http://manager/graphql?${asked}`,
      headers: {},
      fetch: reading.fetch,
      silenceMs: SILENCE_MS,
      maxBytes: MAX_BYTES,
      after: reading.after,
      onOpen,
      onId() {},
      onEvent({ event, data: text }) {
        if (event !== 'next') return;
        backoff.reset();
        const { data, errors } = JSON.parse(text);
        if (errors === undefined) onEvent(data);
        else onRefused(errors);
      },
      onEnd({ failure }) {
        way.journal.note(way.name, 'is cut off:', failure.message);
        leave = reading.after(backoff.nextMs(), () => {
          leave = connect();
        });
      },
    });
  }
}
