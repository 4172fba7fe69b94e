import type { ManagerEvent } from '../../../schema/manager-event.ts';
import type { StorageProxyHealth } from '../../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../../schema/volume-health.ts';
import { formatVolumeHost } from '../../../schema/volume-host.ts';
import type { Known } from './transport.ts';

/** What somebody knows who takes in each event of a manager as it comes. */
export interface AddingUp {
  readonly take: (event: ManagerEvent) => void;
  readonly known: () => Known;
}

export const hostOf = ({ proxy_name, volume_id }: VolumeHealth): string =>
  formatVolumeHost({ proxy: proxy_name, volume: volume_id });

export function createAddingUp(): AddingUp {
  const volumes = new Map<string, VolumeHealth>();
  const proxies = new Map<string, StorageProxyHealth>();
  let lastEventId: string | null = null;
  /** Whether the next snapshot is a new one. */
  let isWhole = true;

  return {
    known: () => ({ volumes, proxies, lastEventId }),
    take(event) {
      switch (event.type) {
        case 'snapshot':
          // All messages of a snapshot together replace what was known; the first alone has proxies.
          if (isWhole || event.proxies.length > 0) volumes.clear();
          for (const proxy of event.proxies) proxies.set(proxy.proxy_name, proxy);
          for (const volume of event.volumes) volumes.set(hostOf(volume), volume);
          isWhole = event.remaining === 0;
          break;
        case 'proxy':
          if (event.current === null) proxies.delete(event.proxy_name);
          else proxies.set(event.proxy_name, event.current);
          break;
        case 'volume':
          if (event.current === null) volumes.delete(event.host);
          else volumes.set(event.host, event.current);
          break;
        default:
      }
      lastEventId = event.id;
    },
  };
}
