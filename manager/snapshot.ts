import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { VolumeHost } from '../schema/volume-host.ts';

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
