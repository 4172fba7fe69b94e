import { createManagerClient } from '../../../client/manager-client.ts';
import type { ManagerEvent } from '../../../schema/manager-event.ts';
import { createReading } from './reading.ts';
import { createTold, type Told } from './told.ts';
import type { Subscriber, WayToManager } from '../world/transport.ts';

const RETRY_MS = 2_000;

/** A TypeScript service that listens to a manager. */
export function trpcSubscriber(way: WayToManager, over: typeof fetch): Subscriber {
  const { client, random, journal, host } = way;
  const name = `${way.name} (tRPC)`;
  const reading = createReading(over, way);
  const { watch } = createManagerClient({
    url: 'http://manager',
    fetch: reading.fetch,
    random: random.next,
    after: reading.after,
  });
  const told = createTold();
  let isGone = false;
  let stop = listen();
  return {
    name,
    host,
    known: told.known,
    stall: reading.stall,
    resume: reading.resume,
    leave() {
      isGone = true;
      stop();
    },
  };

  function listen(): () => void {
    const ended = (why: unknown): void => {
      if (isGone) return;
      journal.note(name, 'listens anew:', why);
      told.cut();
      stop = client.clock.after(RETRY_MS, () => {
        stop = listen();
      });
    };
    const subscription = watch.subscribe(
      { host, lastEventId: told.since() },
      {
        onData: ({ data }) => take(told, data),
        onConnectionStateChange: ({ state }) => {
          if (state === 'connecting') told.cut();
        },
        onError: ended,
        onComplete: () => ended('the manager has ended its stream'),
      },
    );
    return () => subscription.unsubscribe();
  }
}

function take(told: Told, event: ManagerEvent): void {
  if (event.type === 'snapshot') {
    // Only the first part of one has proxies.
    if (event.proxies.length > 0) told.forgetProxies();
    for (const proxy of event.proxies) told.takeProxy(proxy);
    told.takeSnapshot(event.volumes, event.remaining);
  } else if (event.type === 'volume') {
    told.takeVolume(event.host, event.current);
  } else if (event.type === 'proxy') {
    if (event.current !== null) told.takeProxy(event.current);
  }
  if (event.id !== null) told.takeId(event.id);
}
