import { createRandom } from './random.ts';
import type { Seed } from '../ring.ts';

/** What a simulated world is made of. */
export interface Topology {
  readonly proxies: readonly ProxyPlan[];
  readonly managers: readonly string[];
}

export interface ProxyPlan {
  readonly name: string;
  readonly volumes: readonly VolumePlan[];
  /** How often managers poll it, and how long they wait. */
  readonly pollMs: number;
  readonly pollTimeoutMs: number;
}

export interface VolumePlan {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly checks: readonly CheckPlan[];
}

export interface CheckPlan {
  readonly name: 'mount' | 'backend' | 'write';
  readonly isAdvisory: boolean;
  readonly yieldsToMount: boolean;
}

const check = (name: CheckPlan['name'], more: Partial<CheckPlan> = {}): CheckPlan => ({
  name,
  isAdvisory: false,
  yieldsToMount: false,
  ...more,
});

const MOUNT = check('mount');
const LAYOUTS: readonly (readonly CheckPlan[])[] = [
  [MOUNT],
  [MOUNT, check('backend')],
  [MOUNT, check('backend', { yieldsToMount: true })],
  [MOUNT, check('write', { isAdvisory: true })],
];

export function drawTopology({ number, limits = {} }: Seed): Topology {
  const random = createRandom(number, 'topology');
  // Drawn in full, so that a smaller world is a part of the larger one.
  const isWide = random.chance(0.15);
  const proxies = Array.from({ length: isWide ? 6 : 3 }, (_, index) => {
    const pollMs = random.pick([5_000, 10_000, 10_000, 20_000]);
    const volumes = Array.from({ length: 3 }, (__, place) => drawVolume(`volume${place + 1}`, random));
    const wanted = Math.min(isWide ? 1 : random.int(1, 3), limits.volumes ?? Infinity);
    return { name: `proxy${index + 1}`, pollMs, pollTimeoutMs: 3_000, volumes: volumes.slice(0, wanted) };
  });
  const managers = random.chance(0.4) ? ['manager1', 'manager2'] : ['manager1'];
  return {
    // Of many proxies a manager may come to think that it is itself cut off.
    proxies: proxies.slice(0, Math.min(isWide ? 6 : random.int(1, 3), limits.proxies ?? Infinity)),
    managers: managers.slice(0, limits.managers ?? Infinity),
  };
}

function drawVolume(name: string, random: ReturnType<typeof createRandom>): VolumePlan {
  const intervalMs = random.pick([5_000, 10_000, 10_000, 30_000]);
  return { name, intervalMs, timeoutMs: random.pick([1_000, 3_000, 4_000]), checks: random.pick(LAYOUTS) };
}
