import { createAddingUp } from './adding-up.ts';
import { createCoverage } from './coverage.ts';
import { type Deed, drawDeed } from './deeds.ts';
import { createInspection, settlingMs } from './inspection.ts';
import { createJournal } from './journal.ts';
import { createKernel, type Machine } from './kernel.ts';
import { createOracle } from './oracle.ts';
import type { ManagerProcess, ProxyProcess } from './processes.ts';
import { createRandom } from './random.ts';
import type { Seed, World } from './ring.ts';
import { startManagerOf, startStorageProxy } from './services.ts';
import type { Stage } from './stage.ts';
import { createStorages } from './storages.ts';
import { drawTopology, type ProxyPlan, type VolumePlan } from './topology.ts';
import type { Subscriber, Transport } from './transport.ts';
import { createTroubles } from './troubles.ts';
import { type Invariant, Violation } from './violation.ts';
import { createWire, type Wire } from './wire.ts';

/** Where a proxy or a manager runs, if it does. */
interface Place<Process> {
  machine: Machine | null;
  /** Null until it has started, and once it has ended. */
  process: Process | null;
}

interface ProxyPlace extends Place<ProxyProcess> {
  readonly plan: ProxyPlan;
  volumes: readonly VolumePlan[];
  /** A second process behind the same address. */
  double: Place<ProxyProcess>;
  /** Since when nobody can hear it. */
  goneSinceMs: number | null;
  /** Until when it may be taken for several. */
  mixedUntilMs: number;
}

interface ManagerPlace extends Place<ManagerProcess> {
  readonly subscribers: Set<Subscriber>;
  isWatched: boolean;
}

const INSPECT_EVERY_MS = 250;
/** A stream that could not be opened for long may wait so long for its next attempt. */
const CONNECTED_WITHIN_MS = 36_000;
/** So many polls have to be answered by one and the same, before a proxy is one again. */
const MIXED_POLLS = 13;
const RATES = [1, 1, 1.000_05, 0.999_95, 1.001, 0.999];
const LIMITS_LAST_MS = 20_000;
/** So many steps have the same weather: fine, changeable, stormy. */
const ERA = 150;

export interface Pace {
  /** Of a step. */
  readonly longestMs: number;
  /** Timers of the transport outlive their purpose by so much. */
  readonly limitsLastMs: number;
}

/** A world of the project's own services, with everything outside them made up from a seed. */
export function createWorld(seed: Seed, transport: Transport, pace: Pace): World {
  const topology = drawTopology(seed);
  const coverage = createCoverage();
  let violation: Violation | null = null;
  const fail = (found: Violation): void => {
    violation ??= found;
  };
  const wrong = (invariant: Invariant, message: string): void => fail(new Violation(invariant, message));
  const kernel = createKernel({ drain: transport.drain, onHappened });
  const journal = createJournal(kernel.now);
  const storages = createStorages(kernel, seed.number, fail);
  const troubles = createTroubles(kernel.now);
  const oracle = createOracle({ kernel, topology, storages, coverage, fail });
  const proxies = new Map<string, ProxyPlace>();
  const managers = new Map<string, ManagerPlace>();
  const processes = new Map<Machine, ProxyProcess>();
  const wires = new Map<string, Wire>();
  const partitions = new Map<string, number>();
  const clients = kernel.machine('clients');
  const mending = new Set<() => void>();
  let order = 0;
  let isEnding = false;

  const inspection = createInspection({
    kernel,
    topology,
    storages,
    troubles,
    wireOf,
    runningOf: (proxy) => proxies.get(proxy)!.process,
    goneSinceMs,
    fail,
  });
  const stage: Stage = {
    kernel,
    storages,
    coverage,
    trouble,
    touch: (subject) => troubles.begin(subject)(),
    machineOf: (name) => (proxies.get(name) ?? managers.get(name))?.machine ?? null,
    wireOf,
    subscribersWire,
    stopProxy,
    startProxy,
    stallProxy,
    doubleProxy,
    crashManager,
    startManager,
    partition,
    check,
    stallSubscriber,
    replaceSubscriber,
    lookAway,
  };

  for (const plan of topology.proxies) {
    const double = { machine: null, process: null };
    proxies.set(plan.name, {
      plan,
      volumes: plan.volumes,
      machine: null,
      process: null,
      double,
      goneSinceMs: 0,
      mixedUntilMs: 0,
    });
    startProxy(plan.name);
  }
  for (const name of topology.managers) {
    managers.set(name, { machine: null, process: null, subscribers: new Set(), isWatched: true });
    startManager(name);
    addSubscriber(name, null);
    addSubscriber(name, `${topology.proxies[0]!.name}:${topology.proxies[0]!.volumes[0]!.name}`);
  }
  inspectLater();

  return {
    kernel,
    journal,
    coverage,
    describe: (index) => {
      const deed = deedOf(index);
      return deed === null ? 'nothing' : `${deed.name}: ${deed.what}`;
    },
    async step(index, { isDeedLeftOut }) {
      const deed = isDeedLeftOut ? null : deedOf(index);
      if (deed !== null) {
        journal.note('⚡', deed.name, deed.what);
        coverage.reached(deed.name);
        deed.perform(stage);
      }
      await pass(createRandom(seed.number, 'time', index).logarithmic(1, pace.longestMs));
    },
    rest,
    end,
    release() {},
  };

  function deedOf(index: number): Deed | null {
    const weather = createRandom(seed.number, 'era', Math.floor(index / ERA)).pick([0.02, 0.1, 0.3, 0.7]);
    const random = createRandom(seed.number, 'step', index);
    return random.chance(weather) ? drawDeed(random, topology) : null;
  }

  async function pass(ms: number): Promise<void> {
    await kernel.advance(ms);
    if (violation !== null) throw violation;
  }

  // What happens

  function onHappened(machine: Machine | null): void | Promise<void> {
    const process = machine === null ? undefined : processes.get(machine);
    if (process !== undefined) oracle.hear(process);
    if (violation !== null) throw violation;
    return lookAtManagers();
  }

  function lookAtManagers(): void | Promise<void> {
    let isNews = false;
    for (const { process, isWatched } of managers.values()) {
      if (process === null || !isWatched || !process.machine.isAnswering()) continue;
      const before = process.seen;
      process.seen = oracle.look(process);
      isNews ||= process.seen !== before;
    }
    if (violation !== null) throw violation;
    if (isNews) return compareAll();
  }

  /** Whoever looks may be the first to find something out; others are told of it at once. */
  async function compareAll(): Promise<void> {
    await kernel.settle();
    for (const { process, isWatched } of managers.values()) {
      if (process === null || !isWatched || !process.machine.isAnswering()) continue;
      oracle.compare(process, process.manager.snapshot());
      await transport.compareSurfaces(process.manager);
    }
    if (violation !== null) throw violation;
  }

  function inspectLater(): void {
    kernel.after(INSPECT_EVERY_MS, null, () => {
      if (isEnding) return;
      for (const { process } of proxies.values()) if (process !== null) inspection.inspectProxy(process);
      for (const { process, isWatched } of managers.values()) {
        if (process === null || !isWatched || !process.machine.isAnswering()) continue;
        inspection.inspect(process, process.manager.snapshot());
      }
      inspectLater();
    });
  }

  // Wires

  function wireOf(manager: string, proxy: string): Wire {
    return wire(`${manager}>${proxy}`);
  }

  function subscribersWire(manager: string): Wire {
    return wire(`clients>${manager}`);
  }

  function wire(name: string): Wire {
    const known = wires.get(name) ?? createWire(kernel, createRandom(seed.number, 'wire', name));
    wires.set(name, known);
    return known;
  }

  function wiresTo(proxy: string): readonly Wire[] {
    return topology.managers.map((manager) => wireOf(manager, proxy));
  }

  function partition({ manager, proxy, ends, ms, then }: Parameters<Stage['partition']>[0]): void {
    const between = wireOf(manager, proxy);
    for (const end of ends) between.hold(end);
    const link = `${manager}>${proxy}`;
    const sinceMs = kernel.now();
    partitions.set(link, Math.min(partitions.get(link) ?? Infinity, sinceMs));
    trouble([link], ms, () => {
      partitions.delete(link);
      if (then === 'reset') between.cut();
      if (then === 'forget') between.forget();
      for (const end of ['client', 'server'] as const) between.release(end);
    });
  }

  function goneSinceMs(manager: string, proxy: string): number | null {
    const times = [partitions.get(`${manager}>${proxy}`), proxies.get(proxy)!.goneSinceMs].filter((ms) => ms != null);
    return times.length === 0 ? null : Math.min(...times);
  }

  // Proxies

  function startProxy(name: string, volumes?: readonly VolumePlan[]): void {
    const place = proxies.get(name)!;
    if (place.machine !== null) return;
    place.volumes = volumes ?? place.volumes;
    for (const to of wiresTo(name)) {
      to.cut();
      to.serve();
    }
    begin(place, place);
  }

  /** Has a process of a proxy start on a machine of its own. */
  function begin(place: ProxyPlace, at: Place<ProxyProcess>): void {
    const { plan, volumes } = place;
    const machine = newMachine(plan.name);
    at.machine = machine;
    kernel.after(0, machine, () => {
      const random = createRandom(seed.number, machine.name);
      const proxy = startStorageProxy(plan, volumes, { machine, storages, random });
      const process = { order, plan, volumes, machine, proxy, startedMs: kernel.now(), isStalled: false };
      at.process = process;
      processes.set(machine, process);
      serve(place);
      place.goneSinceMs = null;
    });
  }

  function serve({ plan, process, double }: ProxyPlace): void {
    const all = [process, double.process].flatMap((one) => one?.machine ?? []);
    for (const to of wiresTo(plan.name)) to.serve(...all);
  }

  function stopProxy(name: string, how: 'crash' | 'vanish'): void {
    const place = proxies.get(name)!;
    if (place.machine === null) return;
    kill(place);
    kill(place.double);
    place.goneSinceMs ??= kernel.now();
    if (how === 'vanish') return;
    for (const to of wiresTo(name)) {
      to.serve();
      to.cut();
    }
  }

  function kill(place: Place<unknown>): void {
    place.machine?.crash();
    if (place.machine !== null) processes.delete(place.machine);
    place.machine = null;
    place.process = null;
  }

  function stallProxy(name: string): void {
    const { process } = proxies.get(name)!;
    if (process === null) return;
    process.isStalled = true;
    kernel.after(0, process.machine, process.proxy.stop);
  }

  function doubleProxy(name: string): () => void {
    const place = proxies.get(name)!;
    if (place.machine === null || place.double.machine !== null) return () => {};
    begin(place, place.double);
    return () => {
      kill(place.double);
      if (place.process !== null) serve(place);
      for (const to of wiresTo(name)) to.cut();
      place.mixedUntilMs = kernel.now() + MIXED_POLLS * place.plan.pollMs;
      kernel.after(MIXED_POLLS * place.plan.pollMs, null, troubles.begin(name));
    };
  }

  // Managers

  function startManager(name: string): void {
    const place = managers.get(name)!;
    if (place.machine !== null) return;
    const machine = newMachine(name);
    place.machine = machine;
    kernel.after(0, machine, () => {
      const random = createRandom(seed.number, machine.name);
      const reference = createAddingUp();
      const manager = startManagerOf(topology, {
        machine,
        random,
        accessOf: (proxy) =>
          transport.accessOf({
            kernel,
            wire: wireOf(name, proxy),
            client: machine,
            random,
            journal,
            name: `${name}>${proxy}`,
            proxyOn: (server) => processes.get(server)!.proxy,
          }),
        onTransition(transition) {
          const { subject, data } = transition.event;
          journal.note(
            machine.name,
            'event',
            transition.event.id,
            subject,
            data.current,
            'reason' in data ? data.reason : '',
          );
          coverage.reached(
            `event of ${transition.of === 'observer' ? 'an' : 'a'} ${transition.of}: ${data.previous ?? 'new'} → ${data.current}`,
          );
          oracle.explanationsOf(process).take(transition);
        },
      });
      const life = new AbortController();
      const { subscribers } = place;
      const process: ManagerProcess = {
        order,
        name,
        machine,
        manager,
        startedMs: kernel.now(),
        reference,
        subscribers,
        checks: 0,
        checksBegun: 0,
        seen: null,
        leave: () => life.abort(),
      };
      place.process = process;
      void (async () => {
        for await (const event of manager.watch({ host: null, lastEventId: null, signal: life.signal }))
          reference.take(event);
      })();
      subscribersWire(name).serve(machine);
    });
  }

  function crashManager(name: string): void {
    const place = managers.get(name)!;
    if (place.machine === null) return;
    kill(place);
    subscribersWire(name).serve();
    subscribersWire(name).cut();
    for (const { name: proxy } of topology.proxies) wireOf(name, proxy).cut();
  }

  function check(name: string, host: Parameters<Stage['check']>[1]): void {
    const { process } = managers.get(name)!;
    if (process === null) return;
    kernel.after(0, process.machine, () => {
      process.checks += 1;
      process.checksBegun += 1;
      void process.manager.checkVolume(host).then((health) => {
        // Its limits of time last until they are over.
        kernel.after(LIMITS_LAST_MS, null, () => {
          process.checks -= 1;
        });
        coverage.reached(`check answered: ${health?.status ?? 'nothing'}`);
      });
    });
  }

  function lookAway(name: string, ms: number): void {
    const place = managers.get(name)!;
    place.isWatched = false;
    trouble([], ms, () => (place.isWatched = true));
  }

  // Subscribers

  function addSubscriber(manager: string, host: string | null): void {
    order += 1;
    const name = `subscriber${order} of ${manager}`;
    const random = createRandom(seed.number, name);
    const managerOn = (server: Machine) => {
      const { process } = managers.get(manager)!;
      if (process?.machine !== server) throw new Error(`${name} reached a machine that is gone`);
      return process.manager;
    };
    const way = { kernel, wire: subscribersWire(manager), client: clients, random, journal, name, managerOn, host };
    const { subscribers } = managers.get(manager)!;
    kernel.after(0, clients, () => subscribers.add(transport.subscribe(way)));
  }

  function subscriberAt(manager: string, place: number): Subscriber | null {
    const all = [...managers.get(manager)!.subscribers];
    return all[place % Math.max(1, all.length)] ?? null;
  }

  function stallSubscriber(manager: string, place: number, ms: number): void {
    const subscriber = subscriberAt(manager, place);
    subscriber?.stall();
    trouble([], ms, () => kernel.after(0, clients, () => subscriber?.resume()));
  }

  function replaceSubscriber(manager: string, place: number, host: string | null): void {
    const subscriber = subscriberAt(manager, place);
    if (subscriber === null) return;
    managers.get(manager)!.subscribers.delete(subscriber);
    kernel.after(0, clients, subscriber.leave);
    addSubscriber(manager, host);
  }

  // Troubles and their end

  function trouble(subjects: readonly string[], ms: number, end: () => void): void {
    const over = troubles.begin(...subjects);
    const mend = (): void => {
      cancel();
      mending.delete(mend);
      end();
      over();
    };
    const cancel = kernel.after(ms, null, mend);
    mending.add(mend);
  }

  function newMachine(name: string): Machine {
    order += 1;
    const random = createRandom(seed.number, 'machine', order);
    return kernel.machine(`${name}#${order}`, {
      rate: random.pick(RATES),
      monoMs: random.logarithmic(10, 1e9),
      wallMs: Date.UTC(2026, 0, 22) + random.int(-100_000, 100_000),
    });
  }

  async function rest(): Promise<void> {
    journal.note('⚡', 'everything is mended');
    for (const mend of mending) mend();
    for (const { machine, double } of [...proxies.values()]) for (const one of [machine, double.machine]) one?.resume();
    for (const { machine } of managers.values()) machine?.resume();
    for (const { name, volumes } of topology.proxies) {
      startProxy(name);
      for (const volume of volumes)
        for (const one of volume.checks) storages.set(`${name}:${volume.name}/${one.name}`, 'pass');
      troubles.begin(name)();
    }
    for (const name of topology.managers) startManager(name);
    const mixedMs = Math.max(...Array.from(proxies.values(), ({ mixedUntilMs }) => mixedUntilMs - kernel.now()), 0);
    await pass(mixedMs + Math.max(...topology.proxies.map(settlingMs)));
    agree();
    await pass(CONNECTED_WITHIN_MS);
    agree();
    for (const { process } of managers.values()) inspection.connected(process!);
    if (violation !== null) throw violation;
  }

  function agree(): void {
    for (const { process } of managers.values()) inspection.agree(process!);
    if (violation !== null) throw violation;
  }

  async function end(): Promise<void> {
    isEnding = true;
    const someHost = { proxy: topology.proxies[0]!.name, volume: topology.proxies[0]!.volumes[0]!.name };
    for (const place of managers.values()) {
      const { subscribers, process } = place;
      place.isWatched = false;
      for (const { leave } of subscribers) kernel.after(0, clients, leave);
      // One that ends while somebody waits, and right after somebody has waited.
      for (const ms of [0, 9.9]) kernel.after(ms, process!.machine, () => void process!.manager.checkVolume(someHost));
      kernel.after(10, process!.machine, () => {
        process!.leave();
        process!.manager.stop();
      });
    }
    for (const { process } of proxies.values()) kernel.after(20, process!.machine, process!.proxy.stop);
    await kernel.advance(1_000 + pace.limitsLastMs);
    const machines = [...proxies.values(), ...managers.values()].map(({ machine }) => machine!);
    for (const { name, timers } of [...machines, clients])
      if (timers() > 0) wrong('released', `${name} has ${timers()} timers left`);
    for (const [name, { connections }] of wires)
      if (connections() > 0) wrong('released', `${connections()} connections of ${name} are left`);
    if (violation !== null) throw violation;
  }
}
