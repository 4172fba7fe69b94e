import { createCoverage } from './coverage.ts';
import { type Deed, drawDeed } from './deeds.ts';
import { createMachines, type Ground } from './ground.ts';
import { createInspection, settlingMs } from './inspection.ts';
import { createJournal } from './journal.ts';
import { createKernel } from './kernel.ts';
import { createManagerPlaces } from './manager-places.ts';
import { createMending } from './mending.ts';
import { createOracle } from './oracle.ts';
import { createProxyPlaces } from './proxy-places.ts';
import { createRandom } from './random.ts';
import type { Seed, World } from '../ring.ts';
import type { Stage } from './stage.ts';
import { checkId, createStorages } from './storages.ts';
import { createStreams } from './streams.ts';
import { drawTopology } from './topology.ts';
import type { Transport } from './transport.ts';
import { createTroubles } from './troubles.ts';
import { Violation } from './violation.ts';
import { createWatch } from './watch.ts';
import { createWires } from './wires.ts';

export interface Pace {
  /** Of a step. */
  readonly longestMs: number;
  /** Timers of the transport outlive their purpose by so much. */
  readonly limitsLastMs: number;
}

/** A stream that could not be opened for long may wait so long for its next attempt. */
const CONNECTED_WITHIN_MS = 36_000;
/** So many steps have the same weather: fine, changeable, stormy. */
const ERA = 150;
const WEATHER = [0.02, 0.1, 0.3, 0.7];

/** A world of the project's own services, with everything outside them made up from a seed. */
export function createWorld(seed: Seed, transport: Transport, pace: Pace): World {
  let violation: Violation | null = null;
  const kernel = createKernel({ drain: transport.drain, onHappened: (machine) => watch.look(machine) });
  const ground = groundOf(seed, kernel, (found) => {
    violation ??= found;
  });
  const { topology, journal, coverage, storages, troubles, wires, streams } = ground;
  const mending = createMending(kernel, troubles);
  const clients = kernel.machine('clients');
  const oracle = createOracle(ground);
  const proxies = createProxyPlaces(ground);
  const managers = createManagerPlaces({ ground, transport, oracle, mending, clients, proxyOn: proxies.processOn });
  const inspection = createInspection({
    ...ground,
    runningOf: proxies.processOf,
    goneSinceMs(manager, proxy) {
      const times = [wires.partedSinceMs(manager, proxy), proxies.goneSinceMs(proxy)].filter((ms) => ms !== null);
      return times.length === 0 ? null : Math.min(...times);
    },
  });
  const watch = createWatch({ kernel, proxies, managers, oracle, inspection, transport, violation: () => violation });
  const stage: Stage = {
    ...ground,
    ...proxies,
    ...managers,
    trouble: mending.trouble,
    touch: (subject) => troubles.begin(subject)(),
    machineOf: (name) => proxies.machineOf(name) ?? managers.machineOf(name),
    wireOf: wires.between,
    subscribersWire: wires.toManager,
    partition: (parts) => wires.partition(parts, mending),
  };

  const [first] = topology.proxies;
  for (const { name } of topology.proxies) proxies.startProxy(name);
  for (const name of topology.managers) {
    managers.startManager(name);
    managers.addSubscriber(name, null);
    managers.addSubscriber(name, `${first!.name}:${first!.volumes[0]!.name}`);
  }
  watch.begin();

  return {
    kernel,
    journal,
    coverage,
    describe(index) {
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
    const weather = createRandom(seed.number, 'era', Math.floor(index / ERA)).pick(WEATHER);
    const random = createRandom(seed.number, 'step', index);
    return random.chance(weather) ? drawDeed(random, topology) : null;
  }

  async function pass(ms: number): Promise<void> {
    await kernel.advance(ms);
    throwFound();
  }

  function throwFound(): void {
    if (violation !== null) throw violation;
  }

  async function rest(): Promise<void> {
    mendAll();
    await pass(proxies.mixedMs() + Math.max(...topology.proxies.map(settlingMs)));
    for (const manager of managers.running()) inspection.agree(manager);
    await pass(CONNECTED_WITHIN_MS);
    for (const manager of managers.running()) {
      inspection.agree(manager);
      inspection.connected(manager);
    }
    throwFound();
  }

  function mendAll(): void {
    journal.note('⚡', 'everything is mended');
    mending.mendAll();
    proxies.resume();
    managers.resume();
    for (const { name, volumes } of topology.proxies) {
      proxies.startProxy(name);
      for (const volume of volumes) {
        for (const check of volume.checks) storages.set(checkId(name, volume.name, check.name), 'pass');
      }
      troubles.begin(name)();
    }
    for (const name of topology.managers) managers.startManager(name);
  }

  async function end(): Promise<void> {
    watch.end();
    managers.stop();
    for (const { machine, proxy } of proxies.running()) kernel.after(20, machine, proxy.stop);
    await kernel.advance(1_000 + pace.limitsLastMs);
    throwFound();
    const machines = [...proxies.running(), ...managers.running()].map(({ machine }) => machine);
    for (const machine of [...machines, clients]) {
      const [timers, open] = [machine.timers(), streams.open(machine)];
      if (timers > 0) throw new Violation('released', `${machine.name} has ${timers} timers left`);
      if (open > 0) throw new Violation('released', `${machine.name} has ${open} streams left`);
    }
    for (const [name, { connections }] of wires.all()) {
      if (connections() > 0) throw new Violation('released', `${connections()} connections of ${name} are left`);
    }
  }
}

function groundOf(seed: Seed, kernel: Ground['kernel'], fail: Ground['fail']): Ground {
  const topology = drawTopology(seed);
  return {
    seed: seed.number,
    topology,
    kernel,
    journal: createJournal(kernel.now),
    coverage: createCoverage(),
    storages: createStorages(kernel, seed.number, fail),
    troubles: createTroubles(kernel.now),
    wires: createWires(kernel, seed.number, topology.managers),
    streams: createStreams(fail),
    machines: createMachines(kernel, seed.number),
    fail,
  };
}
