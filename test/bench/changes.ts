import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from './start-fleet.ts';

export interface Host {
  readonly proxy: number;
  readonly volume: number;
}

/** Changes of a fleet's volumes, each with a serial by which it is known again wherever it turns up. */
export interface Changes {
  readonly fleet: Fleet;
  /** Makes `count` changes at random instants within `seconds`, of each host in its turn. */
  readonly make: (hosts: readonly Host[], over: { count: number; seconds: number }) => Promise<readonly Change[]>;
}

export interface Change {
  readonly host: string;
  readonly serial: number;
  /** By the machine's clock. */
  readonly atMs: number;
}

export function createChanges(fleet: Fleet): Changes {
  let serial = 0;
  return {
    fleet,
    async make(hosts, { count, seconds }) {
      const instants = Array.from({ length: count }, () => Math.random() * seconds * 1_000).toSorted((a, b) => a - b);
      const beganMs = performance.now();
      const made: Promise<Change>[] = [];
      for (const [index, instant] of instants.entries()) {
        const waitMs = instant - (performance.now() - beganMs);
        if (waitMs > 0) await delay(waitMs);
        serial += 1;
        const host = hosts[index % hosts.length]!;
        const change = { host: hostName(host), serial };
        made.push(fleet.change({ ...host, serial }).then((atMs) => ({ ...change, atMs })));
      }
      return Promise.all(made);
    },
  };
}

/** As the manager calls it. */
export function hostName({ proxy, volume }: Host): string {
  return `proxy${proxy}:volume${volume}`;
}

/** The serial that a `statusInfo` carries; 0 where it was never changed. */
export function serialIn(statusInfo: string | null | undefined): number {
  return Number(/^simulated change (\d+)$/.exec(statusInfo ?? '')?.[1] ?? 0);
}

/** That many different hosts of a fleet, taken at random. */
export function randomHosts({ proxies, volumes }: { proxies: number; volumes: number }, count: number): Host[] {
  const ordinals = new Set<number>();
  while (ordinals.size < Math.min(count, proxies * volumes)) {
    ordinals.add(Math.floor(Math.random() * proxies * volumes));
  }
  return Array.from(ordinals, (ordinal) => ({ proxy: Math.floor(ordinal / volumes), volume: ordinal % volumes }));
}
