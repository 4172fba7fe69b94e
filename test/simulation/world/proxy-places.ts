import type { Ground } from './ground.ts';
import type { Machine } from './kernel.ts';
import type { ProxyProcess } from './processes.ts';
import { createRandom } from './random.ts';
import { startStorageProxy } from './services.ts';
import type { Stage } from './stage.ts';
import type { ProxyPlan, VolumePlan } from './topology.ts';

/** The proxies of a world, running or not. */
export interface ProxyPlaces extends Pick<Stage, 'startProxy' | 'stopProxy' | 'stallProxy' | 'doubleProxy'> {
  readonly machineOf: (name: string) => Machine | null;
  /** Null until it has started, and once it has ended. */
  readonly processOf: (name: string) => ProxyProcess | null;
  readonly processOn: (machine: Machine) => ProxyProcess | null;
  readonly running: () => readonly ProxyProcess[];
  /** Since when nobody can hear it; null where it can be heard. */
  readonly goneSinceMs: (name: string) => number | null;
  /** How long it may still be taken for several. */
  readonly mixedMs: () => number;
  /** Ends every pause. */
  readonly resume: () => void;
}

interface Place {
  machine: Machine | null;
  process: ProxyProcess | null;
}

interface ProxyPlace extends Place {
  readonly plan: ProxyPlan;
  volumes: readonly VolumePlan[];
  /** A second process behind the same address. */
  readonly double: Place;
  goneSinceMs: number | null;
  mixedUntilMs: number;
}

/** So many polls have to be answered by one and the same, before a proxy is one again. */
const MIXED_POLLS = 13;

export function createProxyPlaces(ground: Ground): ProxyPlaces {
  const { seed, topology, kernel, storages, troubles, wires, streams, machines } = ground;
  const places = new Map(topology.proxies.map((plan) => [plan.name, placeOf(plan)] as const));
  const processes = new Map<Machine, ProxyProcess>();

  return {
    startProxy,
    stopProxy,
    stallProxy(name) {
      const { process } = places.get(name)!;
      if (process === null) return;
      process.isStalled = true;
      kernel.after(0, process.machine, process.proxy.stop);
    },
    doubleProxy,
    machineOf: (name) => places.get(name)?.machine ?? null,
    processOf: (name) => places.get(name)!.process,
    processOn: (machine) => processes.get(machine) ?? null,
    running: () => [...places.values()].flatMap(({ process }) => process ?? []),
    goneSinceMs: (name) => places.get(name)!.goneSinceMs,
    mixedMs: () => Math.max(0, ...Array.from(places.values(), ({ mixedUntilMs }) => mixedUntilMs - kernel.now())),
    resume() {
      for (const { machine, double } of places.values()) {
        machine?.resume();
        double.machine?.resume();
      }
    },
  };

  function startProxy(name: string, volumes?: readonly VolumePlan[]): void {
    const place = places.get(name)!;
    if (place.machine !== null) return;
    place.volumes = volumes ?? place.volumes;
    for (const to of wires.toProxy(name)) {
      to.cut();
      to.serve();
    }
    begin(place, place);
  }

  /** Has a process of a proxy start on a machine of its own. */
  function begin(place: ProxyPlace, at: Place): void {
    const { plan, volumes } = place;
    const machine = machines.start(plan.name);
    at.machine = machine;
    kernel.after(0, machine, () => {
      const random = createRandom(seed, machine.name);
      const proxy = streams.followProxy(startStorageProxy(plan, volumes, { machine, storages, random }), machine);
      at.process = { plan, volumes, machine, proxy, startedMs: kernel.now(), isStalled: false };
      processes.set(machine, at.process);
      serve(place);
      place.goneSinceMs = null;
    });
  }

  function serve({ plan, process, double }: ProxyPlace): void {
    const all = [process, double.process].flatMap((one) => one?.machine ?? []);
    for (const to of wires.toProxy(plan.name)) to.serve(...all);
  }

  function stopProxy(name: string, how: 'crash' | 'vanish'): void {
    const place = places.get(name)!;
    if (place.machine === null) return;
    kill(place);
    kill(place.double);
    place.goneSinceMs ??= kernel.now();
    if (how === 'vanish') return;
    for (const to of wires.toProxy(name)) {
      to.serve();
      to.cut();
    }
  }

  function kill(place: Place): void {
    if (place.machine === null) return;
    place.machine.crash();
    processes.delete(place.machine);
    place.machine = null;
    place.process = null;
  }

  function doubleProxy(name: string): () => void {
    const place = places.get(name)!;
    if (place.machine === null || place.double.machine !== null) return () => {};
    begin(place, place.double);
    return () => {
      kill(place.double);
      if (place.process !== null) serve(place);
      for (const to of wires.toProxy(name)) to.cut();
      const mixedMs = MIXED_POLLS * place.plan.pollMs;
      place.mixedUntilMs = kernel.now() + mixedMs;
      kernel.after(mixedMs, null, troubles.begin(name));
    };
  }
}

function placeOf(plan: ProxyPlan): ProxyPlace {
  const double = { machine: null, process: null };
  return { plan, volumes: plan.volumes, machine: null, process: null, double, goneSinceMs: 0, mixedUntilMs: 0 };
}
