import type { ManagerConfig } from '../schema/manager-config.ts';
import { isNoStorage, parseVolumeHost } from '../schema/volume-host.ts';
import type { ExpectedProxy } from './effective-state.ts';

/** Beside what a proxy reports there are the volumes that its table, or a virtual folder, names. */
export function expectedProxies({ proxies, vfolder }: ManagerConfig): readonly ExpectedProxy[] {
  const named = vfolder.flatMap(({ host }) => (isNoStorage(host) ? [] : (parseVolumeHost(host) ?? [])));
  const byProxy = Map.groupBy(named, ({ proxy }) => proxy);
  return Object.entries(proxies).map(([name, { health_check_interval: intervalMs, ssl_verify, volumes }]) => ({
    name,
    intervalMs,
    warnings: ssl_verify ? [] : ['its certificate is not verified'],
    volumes: [...volumes, ...(byProxy.get(name) ?? []).map(({ volume }) => volume)],
  }));
}
