import type { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import { formatVolumeHost } from '../../../schema/volume-host.ts';
import type { Known } from '../world/transport.ts';

/** Adds up what a subscriber is told, as the descriptions of the published schema have it. */
export interface Told {
  readonly known: () => Omit<Known, 'areProxiesApart'>;
  /** A part of how things are: all parts up to the one with none remaining replace what was known before. */
  readonly takeSnapshot: (volumes: readonly VolumeHealth[], remaining: number) => void;
  readonly takeVolume: (host: string, current: VolumeHealth | null) => void;
  readonly takeProxy: (current: StorageProxyHealth) => void;
  /** The proxies that follow are all that there are. */
  readonly forgetProxies: () => void;
  readonly takeId: (id: string) => void;
  /** The id to go on after. */
  readonly since: () => string | null;
  /** A snapshot that has not come to its end counts for nothing. */
  readonly cut: () => void;
}

export function createTold(): Told {
  const proxies = new Map<string, StorageProxyHealth>();
  let volumes = new Map<string, VolumeHealth>();
  let unfinished: Map<string, VolumeHealth> | null = null;
  let since: string | null = null;

  return {
    known: () => ({ volumes, proxies, lastEventId: unfinished === null ? since : null }),
    takeSnapshot(part, remaining) {
      unfinished ??= new Map();
      for (const volume of part) {
        unfinished.set(formatVolumeHost({ proxy: volume.proxy_name, volume: volume.volume_id }), volume);
      }
      if (remaining > 0) return;
      volumes = unfinished;
      unfinished = null;
    },
    takeVolume(host, current) {
      if (current === null) volumes.delete(host);
      else volumes.set(host, current);
    },
    takeProxy: (current) => void proxies.set(current.proxy_name, current),
    forgetProxies: () => proxies.clear(),
    takeId(id) {
      since = id;
    },
    since: () => since,
    cut() {
      unfinished = null;
    },
  };
}
