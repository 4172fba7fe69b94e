import type { Transition } from '../../../manager/announcer.ts';
import { createAddingUp } from './adding-up.ts';
import type { Ground } from './ground.ts';
import type { Machine } from './kernel.ts';
import type { Mending } from './mending.ts';
import type { Oracle } from './oracle.ts';
import type { ManagerProcess, ProxyProcess } from './processes.ts';
import { createRandom } from './random.ts';
import { startManagerOf } from './services.ts';
import type { Stage } from './stage.ts';
import type { Subscriber, Transport } from './transport.ts';

/** The managers of a world, running or not, and who listens to them. */
export interface ManagerPlaces
  extends Pick<
    Stage,
    'startManager' | 'crashManager' | 'check' | 'lookAway' | 'stallSubscriber' | 'replaceSubscriber'
  > {
  readonly machineOf: (name: string) => Machine | null;
  readonly running: () => readonly ManagerProcess[];
  /** Those that somebody might look at in this instant, and be answered. */
  readonly answering: () => readonly ManagerProcess[];
  readonly addSubscriber: (manager: string, host: string | null) => void;
  /** Ends every pause. */
  readonly resume: () => void;
  /** All subscribers leave, and all managers end, some while they are asked to check a volume. */
  readonly stop: () => void;
}

export interface ManagerPlacesOptions {
  readonly ground: Ground;
  readonly transport: Transport;
  readonly oracle: Oracle;
  readonly mending: Mending;
  /** Where all subscribers run. */
  readonly clients: Machine;
  readonly proxyOn: (machine: Machine) => ProxyProcess | null;
}

interface ManagerPlace {
  machine: Machine | null;
  process: ManagerProcess | null;
  readonly subscribers: Set<Subscriber>;
  isWatched: boolean;
}

/** So long do the limits of time of a check last that was answered. */
const LIMITS_LAST_MS = 20_000;

export function createManagerPlaces(options: ManagerPlacesOptions): ManagerPlaces {
  const { ground, transport, oracle, mending, clients, proxyOn } = options;
  const { seed, topology, kernel, journal, coverage, wires, streams, machines } = ground;
  const places = new Map(topology.managers.map((name) => [name, placeOf()] as const));
  let subscribers = 0;

  return {
    startManager,
    crashManager(name) {
      const place = places.get(name)!;
      if (place.machine === null) return;
      place.machine.crash();
      place.machine = null;
      place.process = null;
      wires.toManager(name).serve();
      wires.toManager(name).cut();
      for (const { name: proxy } of topology.proxies) wires.between(name, proxy).cut();
    },
    check,
    lookAway(name, ms) {
      const place = places.get(name)!;
      place.isWatched = false;
      mending.trouble([], ms, () => {
        place.isWatched = true;
      });
    },
    addSubscriber,
    stallSubscriber(manager, place, ms) {
      const subscriber = subscriberAt(manager, place);
      subscriber?.stall();
      mending.trouble([], ms, () => kernel.after(0, clients, () => subscriber?.resume()));
    },
    replaceSubscriber(manager, place, host) {
      const subscriber = subscriberAt(manager, place);
      if (subscriber === null) return;
      places.get(manager)!.subscribers.delete(subscriber);
      kernel.after(0, clients, subscriber.leave);
      addSubscriber(manager, host);
    },
    machineOf: (name) => places.get(name)?.machine ?? null,
    running: () => [...places.values()].flatMap(({ process }) => process ?? []),
    answering,
    resume() {
      for (const { machine } of places.values()) machine?.resume();
    },
    stop,
  };

  function startManager(name: string): void {
    const place = places.get(name)!;
    if (place.machine !== null) return;
    const machine = machines.start(name);
    place.machine = machine;
    kernel.after(0, machine, () => {
      place.process = begin(name, machine, place);
      wires.toManager(name).serve(machine);
    });
  }

  function begin(name: string, machine: Machine, place: ManagerPlace): ManagerProcess {
    const random = createRandom(seed, machine.name);
    const reference = createAddingUp();
    const polledMs = new Map<string, number>();
    const life = new AbortController();
    const service = startManagerOf(topology, {
      machine,
      random,
      accessOf(proxy) {
        const access = transport.accessOf({
          kernel,
          wire: wires.between(name, proxy),
          client: machine,
          random,
          journal,
          name: `${name}>${proxy}`,
          proxyOn: (server) => proxyOn(server)!.proxy,
        });
        return {
          ...access,
          poll(asked) {
            polledMs.set(proxy, kernel.now());
            return access.poll(asked);
          },
        };
      },
      onTransition(transition) {
        noteTransition(machine, transition);
        oracle.explanationsOf(process).take(transition);
      },
    });
    const manager = streams.followManager(service, machine);
    const process: ManagerProcess = {
      name,
      machine,
      manager,
      startedMs: kernel.now(),
      reference,
      subscribers: place.subscribers,
      checks: 0,
      checksBegun: 0,
      polledMs,
      seen: null,
      leave: () => life.abort(),
    };
    void (async () => {
      const all = manager.watch({ host: null, lastEventId: null, signal: life.signal });
      for await (const event of all) reference.take(event);
    })();
    return process;
  }

  function noteTransition({ name }: Machine, { of, event }: Transition): void {
    const { id, subject, data } = event;
    journal.note(name, 'event', id, subject, data.current, 'reason' in data ? data.reason : '');
    coverage.reached(`event of ${of === 'observer' ? 'an' : 'a'} ${of}: ${data.previous ?? 'new'} → ${data.current}`);
  }

  function answering(): readonly ManagerProcess[] {
    return [...places.values()].flatMap(({ process, isWatched }) =>
      process !== null && isWatched && process.machine.isAnswering() ? process : [],
    );
  }

  function check(name: string, host: Parameters<Stage['check']>[1]): void {
    const { process } = places.get(name)!;
    if (process === null) return;
    kernel.after(0, process.machine, async () => {
      process.checks += 1;
      process.checksBegun += 1;
      const health = await process.manager.checkVolume(host);
      kernel.after(LIMITS_LAST_MS, null, () => {
        process.checks -= 1;
      });
      coverage.reached(`check answered: ${health?.status ?? 'nothing'}`);
    });
  }

  function addSubscriber(manager: string, host: string | null): void {
    subscribers += 1;
    const name = `subscriber ${subscribers} of ${manager}`;
    const place = places.get(manager)!;
    const managerOn = (server: Machine) => {
      if (place.process?.machine !== server) throw new Error(`${name} has reached a machine that is gone`);
      return place.process.manager;
    };
    const random = createRandom(seed, name);
    const way = { kernel, wire: wires.toManager(manager), client: clients, random, journal, name, managerOn, host };
    kernel.after(0, clients, () => place.subscribers.add(transport.subscribe(way)));
  }

  function subscriberAt(manager: string, at: number): Subscriber | null {
    const all = [...places.get(manager)!.subscribers];
    return all[at % Math.max(1, all.length)] ?? null;
  }

  function stop(): void {
    const [proxy] = topology.proxies;
    const host = { proxy: proxy!.name, volume: proxy!.volumes[0]!.name };
    for (const place of places.values()) {
      const { machine, manager, leave } = place.process!;
      place.isWatched = false;
      for (const subscriber of place.subscribers) kernel.after(0, clients, subscriber.leave);
      for (const ms of [0, 9.9]) kernel.after(ms, machine, () => void manager.checkVolume(host));
      kernel.after(10, machine, () => {
        leave();
        manager.stop();
      });
    }
  }
}

function placeOf(): ManagerPlace {
  return { machine: null, process: null, subscribers: new Set(), isWatched: true };
}
