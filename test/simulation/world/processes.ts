import type { Manager } from '../../../manager/manager.ts';
import type { Snapshot } from '../../../manager/snapshot.ts';
import type { StorageProxy } from '../../../proxy/storage-proxy.ts';
import type { AddingUp } from './adding-up.ts';
import type { Machine } from './kernel.ts';
import type { ProxyPlan, VolumePlan } from './topology.ts';
import type { Subscriber } from './transport.ts';

/** One run of a storage proxy. */
export interface ProxyProcess {
  readonly plan: ProxyPlan;
  /** Those that it is configured with in this run. */
  readonly volumes: readonly VolumePlan[];
  readonly machine: Machine;
  readonly proxy: StorageProxy;
  readonly startedMs: number;
  /** It answers, but asks no more. */
  isStalled: boolean;
}

/** One run of a manager. */
export interface ManagerProcess {
  readonly name: string;
  readonly machine: Machine;
  readonly manager: Manager;
  readonly startedMs: number;
  /** Somebody within the process who hears everything at once. */
  readonly reference: AddingUp;
  readonly subscribers: Set<Subscriber>;
  /** Checks that somebody waits for or has waited for of late, and how many there have ever been. */
  checks: number;
  checksBegun: number;
  /** When it has last polled each proxy. */
  readonly polledMs: ReadonlyMap<string, number>;
  /** What it showed when it was last looked at. */
  seen: Snapshot | null;
  /** Ends the reference. */
  readonly leave: () => void;
}
