import type { Moment } from '../probe/clock.ts';
import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { VolumeHost } from '../schema/volume-host.ts';
import type { ProxySlice } from './proxy-slice.ts';
import { volumeHealth } from './volume-health.ts';

/** The manager's whole effective state at one instant. Immutable: a later state is another snapshot. */
export interface Snapshot {
  /** Every configured proxy, in the configuration's order. */
  readonly proxies: readonly StorageProxyHealth[];
  /** Every known volume: by proxy in the configuration's order, then by name. */
  readonly volumes: readonly VolumeHealth[];
  /** The known volumes of one proxy, by name; empty for a proxy that is not configured. */
  readonly volumesOf: (proxyName: string) => readonly VolumeHealth[];
  /** A known volume; null if its proxy is not configured, or answers and does not report it. */
  readonly volume: (host: VolumeHost) => VolumeHealth | null;
  /** As `volume`, but always a value: what is not known is `unknown`, with the reason. */
  readonly effective: (host: VolumeHost) => VolumeHealth;
}

/** One snapshot of all slices, which must not change any more. */
export function snapshotOf(slices: ReadonlyMap<string, ProxySlice>, now: Moment): Snapshot {
  const effective: Snapshot['effective'] = (host) => {
    const slice = slices.get(host.proxy);
    const known = slice?.volumes.get(host.volume);
    const view = slice?.view ?? null;
    return known ?? { ...volumeHealth({ ...host, view, previous: null, verdict: null, now }), since: null };
  };
  let all: readonly VolumeHealth[] | null = null;
  return {
    proxies: Array.from(slices.values(), ({ proxy }) => proxy),
    get volumes() {
      return (all ??= Array.from(slices.values(), ({ volumes }) => [...volumes.values()]).flat());
    },
    volumesOf: (name) => [...(slices.get(name)?.volumes.values() ?? [])],
    volume(host) {
      const slice = slices.get(host.proxy);
      if (slice === undefined) return null;
      const isReported = slice.volumes.has(host.volume);
      // Only a proxy that answers can tell that there is no such volume.
      return isReported || !(slice.view.isAsked && slice.view.isHealthy) ? effective(host) : null;
    },
    effective,
  };
}
