import type { Snapshot } from '../../../manager/snapshot.ts';
import { parseVolumeHost } from '../../../schema/volume-host.ts';
import { hostOf } from './adding-up.ts';
import { expectedOf } from './evidence.ts';
import type { Ground } from './ground.ts';
import type { Machine } from './kernel.ts';
import type { ManagerProcess, ProxyProcess } from './processes.ts';
import { differenceOf, differenceOfVolume } from './sameness.ts';
import { checkId } from './storages.ts';
import type { ProxyPlan } from './topology.ts';
import type { Known } from './transport.ts';
import { type Invariant, Violation } from './violation.ts';
import type { Wire } from './wire.ts';

/** Looks every now and then for what takes time to go wrong, or to be right again. */
export interface Inspection {
  readonly inspect: (manager: ManagerProcess, snapshot: Snapshot) => void;
  readonly inspectProxy: (process: ProxyProcess) => void;
  /** Whether everything is well, where nothing has been wrong for a while. */
  readonly agree: (manager: ManagerProcess) => void;
  /** Whether everybody listens to whom it should. */
  readonly connected: (manager: ManagerProcess) => void;
}

export interface InspectionOptions extends Ground {
  readonly runningOf: (proxy: string) => ProxyProcess | null;
  /** Since when a proxy cannot be heard by a manager; null if it can. */
  readonly goneSinceMs: (manager: string, proxy: string) => number | null;
}

const SLACK_MS = 1_000;
const WINDOW_MS = 10_000;

/** How long after the last trouble everything is to be right again: two intervals, of the volumes and of the polls. */
export function settlingMs({ volumes, pollMs, pollTimeoutMs }: ProxyPlan): number {
  const checkMs = Math.max(...volumes.map(({ intervalMs, timeoutMs }) => 1.1 * intervalMs + timeoutMs));
  return 2 * checkMs + 2.2 * pollMs + pollTimeoutMs + 5_000;
}

/** How long a proxy that is gone may be believed to be there: until it is next polled, and that has timed out. */
export const believedMs = ({ pollMs, pollTimeoutMs }: ProxyPlan): number => 1.1 * pollMs + 2 * pollTimeoutMs + SLACK_MS;

export function createInspection(options: InspectionOptions): Inspection {
  const { kernel, topology, storages, troubles, wires, streams, runningOf, goneSinceMs, fail } = options;
  const wrong = (invariant: Invariant, message: string): void => fail(new Violation(invariant, message));
  const connects = new Map<Wire, { manager: ManagerProcess; atMs: number; count: number; checks: number }>();

  return {
    inspect(manager, snapshot) {
      for (const plan of topology.proxies) {
        findOut(manager, plan, snapshot);
        leaveAlone(manager, plan, snapshot);
        poll(manager, plan);
        bound(manager, plan);
      }
      const timers = 30 + 16 * topology.proxies.length + 4 * manager.checks;
      if (manager.machine.timers() > timers)
        wrong('bounded', `${manager.name} has ${manager.machine.timers()} timers set`);
      hearSubscribers(manager, snapshot);
    },
    inspectProxy,
    agree(manager) {
      const snapshot = manager.manager.snapshot();
      for (const plan of topology.proxies)
        show(manager, { plan, process: runningOf(plan.name)!, snapshot, invariant: 'agreed' });
      const { status } = manager.manager.observer();
      if (status !== 'ok') wrong('agreed', `${manager.name} says of itself that it is ${status}`);
    },
    connected(manager) {
      for (const subscriber of manager.subscribers) {
        const told = subscriber.known();
        if (told.lastEventId === null) wrong('agreed', `${subscriber.name} is not connected`);
        const { host } = subscriber;
        const difference =
          host === null
            ? differenceOf(manager.reference.known(), told)
            : differenceOfVolume(
                host,
                manager.manager.snapshot().volume(parseVolumeHost(host)!) ?? undefined,
                told.volumes.get(host),
              );
        if (difference !== null) wrong('agreed', `${subscriber.name} was not told: ${difference}`);
      }
      for (const plan of topology.proxies) {
        const open = wires.between(manager.name, plan.name).connections();
        if (open < 1) wrong('agreed', `${manager.name} does not listen to ${plan.name}`);
        listened(runningOf(plan.name)!.machine, { from: topology.managers.length, to: topology.managers.length });
      }
      // There is the reference too; and proxies may be told by themselves.
      const { machine, subscribers } = manager;
      listened(machine, { from: 1 + subscribers.size, to: 1 + 2 * subscribers.size });
    },
  };

  /** Whether there is one stream for each who listens, and none is left of those who did. */
  function listened(machine: Machine, { from, to }: { from: number; to: number }): void {
    const open = streams.open(machine);
    if (open < from) wrong('agreed', `${machine.name} has ${open} streams, though ${from} listen to it`);
    if (open > to) wrong('bounded', `${machine.name} has ${open} streams for the ${to} that may listen to it`);
  }

  /** However well a stream goes, its proxy is polled. */
  function poll(manager: ManagerProcess, plan: ProxyPlan): void {
    const quietMs = troubles.quietSinceMs(manager.name, plan.name, `${manager.name}>${plan.name}`);
    if (quietMs === null) return;
    const sinceMs = Math.max(manager.polledMs.get(plan.name) ?? 0, quietMs, manager.startedMs);
    if (kernel.now() - sinceMs > believedMs(plan))
      wrong('due', `${manager.name} has not polled ${plan.name} for ${kernel.now() - sinceMs} ms`);
  }

  function findOut(manager: ManagerProcess, plan: ProxyPlan, snapshot: Snapshot): void {
    const goneMs = goneSinceMs(manager.name, plan.name);
    const quietMs = troubles.quietSinceMs(manager.name);
    if (goneMs === null || quietMs === null) return;
    const sinceMs = Math.max(goneMs, quietMs, manager.startedMs);
    if (kernel.now() - sinceMs <= believedMs(plan)) return;
    const seen = snapshot.proxies.find(({ proxy_name }) => proxy_name === plan.name);
    if (seen?.is_healthy === true)
      wrong('masked', `${manager.name} believes ${plan.name}, which has been gone for ${kernel.now() - sinceMs} ms`);
  }

  function leaveAlone(manager: ManagerProcess, plan: ProxyPlan, snapshot: Snapshot): void {
    const process = runningOf(plan.name);
    const ownMs = troubles.quietSinceMs(plan.name, `${manager.name}>${plan.name}`);
    if (process === null || ownMs === null) return;
    const sinceMs = Math.max(ownMs, manager.startedMs, process.startedMs);
    if (kernel.now() - sinceMs <= settlingMs(plan)) return;
    // What befalls the manager is no fault of the proxy's.
    const { is_healthy, error_message } = snapshot.proxies.find(({ proxy_name }) => proxy_name === plan.name)!;
    if (!is_healthy) wrong('isolated', `${manager.name} finds ${plan.name} unhealthy: ${error_message}`);
    const managersMs = troubles.quietSinceMs(manager.name);
    if (managersMs !== null && kernel.now() - managersMs > settlingMs(plan))
      show(manager, { plan, process, snapshot, invariant: 'isolated' });
  }

  /** Whether a manager shows a proxy and its volumes as they are. */
  function show(
    { name }: ManagerProcess,
    {
      plan,
      process,
      snapshot,
      invariant,
    }: { plan: ProxyPlan; process: ProxyProcess; snapshot: Snapshot; invariant: Invariant },
  ): void {
    const proxy = snapshot.proxies.find(({ proxy_name }) => proxy_name === plan.name)!;
    if (!proxy.is_healthy) wrong(invariant, `${name} finds ${plan.name} unhealthy: ${proxy.error_message}`);
    const shown = new Map(snapshot.volumesOf(plan.name).map((volume) => [volume.volume_id, volume]));
    for (const volume of process.volumes) {
      const health = shown.get(volume.name);
      const state = health === undefined ? 'not known' : `${health.status}${health.is_degraded ? ' degraded' : ''}`;
      const expected = expectedOf(plan, volume, storages.mood);
      const own = process.proxy.volume(volume.name)!;
      const said = `${own.status}${own.degraded ? ' degraded' : ''}`;
      if (!expected.includes(state) || state !== said) {
        wrong(
          invariant,
          `${name} shows ${plan.name}:${volume.name} ${state} (${health?.reason}), its proxy says ${said}, its storage makes it ${expected.join(' or ')}`,
        );
      }
    }
    const more = [...shown.keys()].filter((volume) => !process.volumes.some(({ name: known }) => known === volume));
    if (more.length > 0) wrong(invariant, `${name} shows ${plan.name}:${more[0]}, which is not configured there`);
  }

  function bound(manager: ManagerProcess, plan: ProxyPlan): void {
    const wire = wires.between(manager.name, plan.name);
    if (wire.connections() > 4 + 2 * manager.checks)
      wrong('bounded', `${manager.name} holds ${wire.connections()} connections to ${plan.name}`);
    const before = connects.get(wire) ?? {
      atMs: kernel.now(),
      count: wire.connects(),
      checks: manager.checksBegun - manager.checks,
      manager,
    };
    const passedMs = kernel.now() - before.atMs;
    if (before.manager !== manager) {
      connects.delete(wire);
    } else if (passedMs >= WINDOW_MS) {
      const count = wire.connects() - before.count;
      // A second for each doubt, half a second for each look at a proxy that has just started; and streams.
      const asked = 3 * (manager.checksBegun - before.checks);
      if (count - asked > (passedMs / 1_000) * 4 + 40)
        wrong('bounded', `${manager.name} has connected to ${plan.name} ${count} times within ${passedMs} ms`);
      connects.delete(wire);
    } else {
      connects.set(wire, before);
    }
  }

  /** Who has heard of the latest event has heard of everything. */
  function hearSubscribers(manager: ManagerProcess, snapshot: Snapshot): void {
    const reference = manager.reference.known();
    for (const subscriber of manager.subscribers) {
      const told = subscriber.known();
      if (told.lastEventId === null || told.lastEventId !== reference.lastEventId) continue;
      const { host } = subscriber;
      const difference =
        host === null
          ? differenceOf(told.areProxiesApart === true ? { ...reference, proxies: told.proxies } : reference, told)
          : differenceOfOne(host, snapshot, told);
      if (difference !== null) {
        wrong('told', `${subscriber.name}, at ${told.lastEventId}: asked and told: ${difference}`);
      }
    }
  }

  function inspectProxy(process: ProxyProcess): void {
    const { machine, plan } = process;
    const timers = 12 + 6 * topology.managers.length;
    if (machine.timers() > timers) wrong('bounded', `${plan.name} has ${machine.timers()} timers set`);
    const quietMs = troubles.quietSinceMs(plan.name);
    if (process.isStalled || quietMs === null) return;
    for (const volume of process.volumes) {
      const dueMs = 1.1 * volume.intervalMs + volume.timeoutMs + 2 * SLACK_MS;
      for (const check of volume.checks) {
        const id = checkId(plan.name, volume.name, check.name);
        const sinceMs = Math.max(storages.askedMs(id, machine) ?? 0, quietMs, process.startedMs);
        if (!storages.isOut(id, machine) && kernel.now() - sinceMs > dueMs + 10_000) {
          wrong('due', `${id} was not asked for ${kernel.now() - sinceMs} ms`);
        }
      }
    }
  }
}

/** Of a volume that nobody has reported no event tells when the manager itself has recovered: it is unknown as before. */
function differenceOfOne(host: string, snapshot: Snapshot, { volumes }: Known): string | null {
  const asked = snapshot.volume(parseVolumeHost(host)!);
  const told = volumes.get(host);
  const isReported = snapshot.volumes.some((volume) => hostOf(volume) === host);
  if (!isReported && asked?.status === told?.status) return null;
  return differenceOfVolume(host, asked ?? undefined, told);
}
