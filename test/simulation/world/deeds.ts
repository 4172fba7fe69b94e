import type { Random } from './random.ts';
import type { Stage } from './stage.ts';
import { checkId, type Mood } from './storages.ts';
import type { ProxyPlan, Topology, VolumePlan } from './topology.ts';
import type { End, Mangling } from './wire.ts';

/** Something that happens to a world, drawn and not yet done. */
export interface Deed {
  readonly name: string;
  /** To what, how, for how long. */
  readonly what: string;
  readonly perform: (stage: Stage) => void;
}

/** What a deed may strike. */
interface Draw {
  readonly random: Random;
  readonly topology: Topology;
  readonly proxy: ProxyPlan;
  readonly volume: VolumePlan;
  readonly manager: string;
  /** For how long, in milliseconds: mostly short. */
  readonly ms: number;
}

type Kind = (draw: Draw) => Omit<Deed, 'name'>;

const MOODS: readonly Mood[] = ['pass', 'pass', 'pass', 'warn', 'fail', 'fail', 'unknown', 'throw', 'hang'];

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Each kind of deed, with how often it comes. */
const KINDS: Readonly<Record<string, readonly [weight: number, kind: Kind]>> = {
  'storage changes its mood': [
    10,
    ({ random, proxy, volume }) => {
      const check = checkId(proxy.name, volume.name, random.pick(volume.checks).name);
      const mood = random.pick(MOODS);
      return {
        what: `${check}: ${mood}`,
        perform({ storages, touch }) {
          storages.set(check, mood);
          touch(proxy.name);
        },
      };
    },
  ],
  'all storages of a proxy change their moods': [
    2,
    ({ random, proxy }) => {
      const mood = random.pick(MOODS);
      return {
        what: `${proxy.name}: ${mood}`,
        perform({ storages, touch }) {
          for (const { name, checks } of proxy.volumes) {
            for (const check of checks) storages.set(checkId(proxy.name, name, check.name), mood);
          }
          touch(proxy.name);
        },
      };
    },
  ],
  'storage is slow': [
    3,
    ({ random, proxy, volume, ms }) => {
      const check = checkId(proxy.name, volume.name, random.pick(volume.checks).name);
      const toMs = random.logarithmic(100, 20_000);
      return {
        what: `${check}: up to ${seconds(toMs)}, for ${seconds(ms)}`,
        perform({ storages, trouble }) {
          storages.slow(check, 50, toMs);
          trouble([proxy.name], ms, () => storages.slow(check, 1, 40));
        },
      };
    },
  ],
  'storage hangs for long': [
    1,
    ({ random, proxy, volume }) => {
      const check = checkId(proxy.name, volume.name, 'mount');
      const ms = random.logarithmic(60_000, 200_000);
      return {
        what: `${check}, for ${seconds(ms)}`,
        perform({ storages, trouble }) {
          storages.set(check, 'hang');
          trouble([proxy.name], ms, () => storages.set(check, 'pass'));
        },
      };
    },
  ],
  'storage flaps': [
    2,
    ({ random, proxy, volume, ms }) => {
      const check = checkId(proxy.name, volume.name, random.pick(volume.checks).name);
      const everyMs = random.logarithmic(100, 3_000);
      return {
        what: `${check}: every ${seconds(everyMs)}, for ${seconds(ms)}`,
        perform({ kernel, storages, trouble }) {
          let isOver = false;
          const flap = (mood: Mood): void => {
            if (isOver) return;
            storages.set(check, mood);
            kernel.after(everyMs, null, () => flap(mood === 'pass' ? 'fail' : 'pass'));
          };
          flap('fail');
          trouble([proxy.name], ms, () => (isOver = true));
        },
      };
    },
  ],
  'proxy crashes': [
    4,
    ({ proxy, ms }) => ({
      what: `${proxy.name}, for ${seconds(ms)}`,
      perform: ({ stopProxy, startProxy, trouble }) => {
        stopProxy(proxy.name, 'crash');
        trouble([proxy.name], ms, () => startProxy(proxy.name));
      },
    }),
  ],
  'proxy restarts at once': [
    3,
    ({ proxy }) => ({
      what: proxy.name,
      perform: ({ stopProxy, startProxy, touch }) => {
        stopProxy(proxy.name, 'crash');
        startProxy(proxy.name);
        touch(proxy.name);
      },
    }),
  ],
  'proxy is reconfigured': [
    3,
    ({ random, proxy }) => {
      const volumes = proxy.volumes.filter(() => random.chance(0.6));
      return {
        what: `${proxy.name}: ${volumes.map(({ name }) => name).join(' ') || 'no volume'}`,
        perform: ({ stopProxy, startProxy, touch }) => {
          stopProxy(proxy.name, 'crash');
          startProxy(proxy.name, volumes);
          touch(proxy.name);
        },
      };
    },
  ],
  'proxy loses power': [
    3,
    ({ proxy, ms }) => ({
      what: `${proxy.name}, for ${seconds(ms)}`,
      perform: ({ stopProxy, startProxy, trouble }) => {
        stopProxy(proxy.name, 'vanish');
        trouble([proxy.name], ms, () => startProxy(proxy.name));
      },
    }),
  ],
  'two proxies behind one address': [
    1,
    ({ proxy, ms }) => ({
      what: `${proxy.name}, for ${seconds(ms)}`,
      perform: ({ doubleProxy, trouble }) => trouble([proxy.name], ms, doubleProxy(proxy.name)),
    }),
  ],
  'proxy asks no more': [
    1,
    ({ proxy, ms }) => ({
      what: `${proxy.name}, for ${seconds(ms * 3)}`,
      perform: ({ stallProxy, stopProxy, startProxy, trouble }) => {
        stallProxy(proxy.name);
        trouble([proxy.name], ms * 3, () => {
          stopProxy(proxy.name, 'crash');
          startProxy(proxy.name);
        });
      },
    }),
  ],
  'proxy is stopped': [4, ({ proxy, ms }) => stop(proxy.name, 'pause', ms)],
  'proxy computes': [2, ({ proxy, ms }) => stop(proxy.name, 'compute', Math.min(ms, 20_000))],
  'proxy is suspended': [2, ({ proxy, ms }) => stop(proxy.name, 'suspend', ms)],
  'manager is stopped': [4, ({ manager, ms }) => stop(manager, 'pause', ms)],
  'manager computes': [2, ({ manager, ms }) => stop(manager, 'compute', Math.min(ms, 20_000))],
  'manager is suspended': [2, ({ manager, ms }) => stop(manager, 'suspend', ms)],
  'clock of a proxy is set': [2, ({ random, proxy }) => setWall(proxy.name, random)],
  'clock of a manager is set': [2, ({ random, manager }) => setWall(manager, random)],
  'manager restarts': [
    2,
    ({ manager, ms }) => ({
      what: `${manager}, after ${seconds(ms)}`,
      perform: ({ crashManager, startManager, trouble }) => {
        crashManager(manager);
        trouble([manager], ms, () => startManager(manager));
      },
    }),
  ],
  'connections are cut': [
    6,
    ({ manager, proxy }) => ({
      what: `${manager} and ${proxy.name}`,
      perform: ({ wireOf, touch }) => {
        wireOf(manager, proxy.name).cut();
        touch(`${manager}>${proxy.name}`);
      },
    }),
  ],
  'nothing arrives': [
    6,
    ({ random, manager, proxy, ms }) => {
      const ends = random.pick<readonly End[]>([['client'], ['server'], ['client', 'server']]);
      const lastly = random.pick(['release', 'release', 'reset', 'forget'] as const);
      return {
        what: `at the ${ends.join(' and the ')}, between ${manager} and ${proxy.name}, for ${seconds(ms)}; then ${lastly}`,
        perform({ partition }) {
          partition({ manager, proxy: proxy.name, ends, ms, lastly });
        },
      };
    },
  ],
  'manager is cut off from all': [
    1,
    ({ topology, manager, ms }) => ({
      what: `${manager}, for ${seconds(ms)}`,
      perform({ partition }) {
        for (const { name } of topology.proxies) {
          partition({ manager, proxy: name, ends: ['client', 'server'], ms, lastly: 'release' });
        }
      },
    }),
  ],
  'messages travel slowly': [
    4,
    ({ random, manager, proxy, volume, ms }) => {
      const toMs = random.logarithmic(50, 6_000);
      const id = checkId(proxy.name, volume.name, random.pick(volume.checks).name);
      const checks = random.pick([0, 0, 6]);
      return {
        what: `up to ${seconds(toMs)}, between ${manager} and ${proxy.name}, for ${seconds(ms)}`,
        perform({ kernel, storages, wireOf, trouble, touch, check }) {
          wireOf(manager, proxy.name).slow(1, toMs);
          trouble([`${manager}>${proxy.name}`], ms, () => wireOf(manager, proxy.name).slow(0.2, 2));
          // Reports and the stream overtake each other where both have something to tell.
          for (let turn = 0; turn < checks; turn += 1) {
            kernel.after(turn * 1_100, null, () => {
              storages.set(id, turn % 2 === 0 ? 'fail' : 'pass');
              touch(proxy.name);
              check(manager, { proxy: proxy.name, volume: volume.name });
            });
          }
        },
      };
    },
  ],
  'answers are mangled': [
    3,
    ({ random, manager, proxy, ms }) => {
      const hows = random.pick<readonly Mangling[]>([
        ['twice'],
        ['lost'],
        ['cut'],
        ['garbage'],
        ['twice', 'lost', 'cut', 'garbage'],
      ]);
      const share = random.pick([0.1, 0.5, 1]);
      return {
        what: `${hows.join(' or ')}, ${share * 100} %, from ${proxy.name} to ${manager}, for ${seconds(ms)}`,
        perform: ({ wireOf, trouble, coverage }) => {
          wireOf(manager, proxy.name).mangle(() => {
            if (!random.chance(share)) return null;
            const how = random.pick(hows);
            coverage.reached(`mangled ${how}`);
            return how;
          });
          trouble([`${manager}>${proxy.name}`], ms, () => wireOf(manager, proxy.name).mangle(null));
        },
      };
    },
  ],
  'somebody has a volume checked': [
    4,
    ({ manager, proxy, volume, random }) => {
      const times = random.pick([1, 1, 3, 30]);
      return {
        what: `${proxy.name}:${volume.name}, ${times} times, by ${manager}`,
        perform: ({ check }) => {
          for (let time = 0; time < times; time += 1) check(manager, { proxy: proxy.name, volume: volume.name });
        },
      };
    },
  ],
  'subscriber does not read': [
    3,
    ({ random, manager, ms }) => {
      const place = random.int(0, 9);
      return {
        what: `number ${place} of ${manager}, for ${seconds(ms * 3)}`,
        perform: ({ stallSubscriber }) => stallSubscriber(manager, place, ms * 3),
      };
    },
  ],
  'subscriber is cut off': [
    2,
    ({ manager }) => ({ what: `all of ${manager}`, perform: ({ subscribersWire }) => subscribersWire(manager).cut() }),
  ],
  'subscriber comes or goes': [
    3,
    ({ random, manager, proxy, volume }) => {
      const place = random.int(0, 9);
      const host = random.chance(0.5) ? null : `${proxy.name}:${volume.name}`;
      return {
        what: `number ${place} of ${manager} goes, one of ${host ?? 'all'} comes`,
        perform: ({ replaceSubscriber }) => replaceSubscriber(manager, place, host),
      };
    },
  ],
  'nobody looks': [
    2,
    ({ manager, ms }) => ({
      what: `at ${manager}, for ${seconds(ms)}`,
      perform: ({ lookAway }) => lookAway(manager, ms),
    }),
  ],
};

export const DEED_NAMES: readonly string[] = Object.keys(KINDS);

const TOTAL = Object.values(KINDS).reduce((sum, [weight]) => sum + weight, 0);

export function drawDeed(random: Random, topology: Topology): Deed {
  const proxy = random.pick(topology.proxies);
  const volume = random.pick(proxy.volumes);
  const manager = random.pick(topology.managers);
  const ms = random.logarithmic(100, random.pick([3_000, 15_000, 60_000, 600_000]));
  let left = random.next() * TOTAL;
  for (const [name, [weight, kind]] of Object.entries(KINDS)) {
    left -= weight;
    if (left < 0) return { name, ...kind({ random, topology, proxy, volume, manager, ms }) };
  }
  throw new Error('no deed was drawn');
}

function stop(name: string, how: 'pause' | 'compute' | 'suspend', ms: number): Omit<Deed, 'name'> {
  return {
    what: `${name}, for ${seconds(ms)}`,
    perform: ({ machineOf, trouble }) => {
      machineOf(name)?.[how](ms);
      trouble([name], ms, () => {});
    },
  };
}

function setWall(name: string, random: Random): Omit<Deed, 'name'> {
  const ms = random.pick([-1, 1]) * random.logarithmic(1_000, 86_400_000);
  return { what: `${name}, by ${seconds(ms)}`, perform: ({ machineOf }) => machineOf(name)?.setWallBy(ms) };
}
