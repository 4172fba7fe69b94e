import { createHealthPoll } from '../../../client/health-poll.ts';
import { createProxyClient } from '../../../client/proxy-client.ts';
import { createManagerApp } from '../../../manager/app.ts';
import type { Manager } from '../../../manager/manager.ts';
import { createProxyApp } from '../../../proxy/app.ts';
import type { StorageProxy } from '../../../proxy/storage-proxy.ts';
import { fetchOverWire } from './fetch-over-wire.ts';
import { graphqlSubscriber } from './graphql-subscriber.ts';
import type { App, Mangle } from './serve-over-wire.ts';
import { compareSurfaces } from './surfaces.ts';
import type { Subscriber, Transport, WayToManager } from '../world/transport.ts';
import { trpcSubscriber } from './trpc-subscriber.ts';
import { Violation } from '../world/violation.ts';
import type { Wire } from '../world/wire.ts';

export interface StackTransportOptions {
  /** What becomes of what servers send on a wire. Default: it arrives as it was sent. */
  readonly mangleOn?: (wire: Wire) => Mangle;
}

const SECRET = 'a shared secret';
/** So many turns of the event loop does it take until nothing is left to run; one is enough, the rest is margin. */
const TURNS = 2;

/**
 * The services speak HTTP with each other, by all the code that they are shipped with, in a process whose globals are
 * those of a simulated world (`replaceGlobals`). What a service says it failed at is thrown by the next `drain`.
 */
export function createStackTransport({ mangleOn }: StackTransportOptions = {}): Transport {
  const proxyApps = new WeakMap<StorageProxy, App>();
  const managerApps = new WeakMap<Manager, App>();
  const violations: Violation[] = [];

  return {
    drain,
    accessOf({ wire, client, proxyOn, random }) {
      const fetch = fetchOverWire({ wire, client, appOn: (server) => proxyApp(proxyOn(server)), ...mangling(wire) });
      const access = { url: 'http://proxy', secret: SECRET, fetch };
      return {
        client: createProxyClient({ ...access, random: random.next, after: client.clock.after }),
        poll: createHealthPoll(access),
      };
    },
    subscribe,
    async compareSurfaces(manager) {
      let isDone = false;
      const comparing = compareSurfaces(manager, managerApp(manager)).finally(() => {
        isDone = true;
      });
      await Promise.race([comparing, drain()]);
      if (!isDone) throw new Violation('alike', 'a surface does not answer at once');
      await comparing;
    },
  };

  async function drain(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const violation = violations.shift();
    if (violation !== undefined) throw violation;
  }

  function subscribe(way: WayToManager): Subscriber {
    const { wire, client, managerOn, random } = way;
    const over = fetchOverWire({ wire, client, appOn: (server) => managerApp(managerOn(server)), ...mangling(wire) });
    if (random.chance(0.5)) return trpcSubscriber(way, over);
    return graphqlSubscriber(way, { over, onViolation: (violation) => violations.push(violation) });
  }

  function mangling(wire: Wire): { mangle?: Mangle } {
    return mangleOn === undefined ? {} : { mangle: mangleOn(wire) };
  }

  function proxyApp(proxy: StorageProxy): App {
    return known(proxyApps, proxy, () => createProxyApp({ proxy, secret: SECRET, onError }).fetch);
  }

  function managerApp(manager: Manager): App {
    return known(
      managerApps,
      manager,
      () => createManagerApp({ manager, version: '1.0.0', graphiql: false, onError }).fetch,
    );
  }

  function onError(cause: unknown): void {
    violations.push(new Violation('sound', `a service failed: ${String(cause)}`, { cause }));
  }
}

function known<K extends object, V>(made: WeakMap<K, V>, of: K, make: () => V): V {
  const value = made.get(of) ?? make();
  made.set(of, value);
  return value;
}
