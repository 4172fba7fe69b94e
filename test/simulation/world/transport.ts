import type { Manager } from '../../../manager/manager.ts';
import type { ProxyAccess } from '../../../manager/proxy-link.ts';
import type { StorageProxy } from '../../../proxy/storage-proxy.ts';
import type { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import type { Journal } from './journal.ts';
import type { Kernel, Machine } from './kernel.ts';
import type { Random } from './random.ts';
import type { Wire } from './wire.ts';

/** How the services of a world reach each other: in one ring by messages, in the other by HTTP. */
export interface Transport {
  /** Lets run all that the latest thing that happened has set off. */
  readonly drain: () => Promise<void>;
  /** How a manager speaks with a proxy. */
  readonly accessOf: (way: WayToProxy) => ProxyAccess;
  /** Somebody who listens to a manager and adds up what is told. */
  readonly subscribe: (way: WayToManager) => Subscriber;
  /** Throws a `Violation` where two surfaces of a manager say different things at this instant. */
  readonly compareSurfaces: (manager: Manager) => Promise<void>;
}

interface Way {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly client: Machine;
  readonly random: Random;
  readonly journal: Journal;
  /** What the client is called in the journal. */
  readonly name: string;
}

export interface WayToProxy extends Way {
  /** What runs on a machine that the wire leads to. */
  readonly proxyOn: (server: Machine) => StorageProxy;
}

export interface WayToManager extends Way {
  readonly managerOn: (server: Machine) => Manager;
  /** Of one volume alone, `proxy:volume`; null: of all. */
  readonly host: string | null;
}

export interface Subscriber extends Pick<WayToManager, 'name' | 'host'> {
  readonly known: () => Known;
  /** Reads nothing more, until it does again. */
  readonly stall: () => void;
  readonly resume: () => void;
  /** Goes away; nothing of it is left. */
  readonly leave: () => void;
}

/** What adds up from all that a subscriber was told. */
export interface Known {
  readonly volumes: ReadonlyMap<string, VolumeHealth>;
  /** Empty for a subscriber of one volume. */
  readonly proxies: ReadonlyMap<string, StorageProxyHealth>;
  /** The id of the latest event; null within a snapshot, and before the first. */
  readonly lastEventId: string | null;
  /** That id is one of a volume, and proxies are told by themselves, sooner or later than volumes. */
  readonly areProxiesApart?: true;
}
