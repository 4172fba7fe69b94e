import type { ManagerConfig, ProxyEntry } from '../schema/manager-config.ts';
import { isNoStorage, parseVolumeHost } from '../schema/volume-host.ts';
import type { ExpectedProxy } from './effective-state.ts';
import { isHttps } from './tls-remarks.ts';

/** Beside what a proxy reports there are the volumes that its table, or a virtual folder, names. */
export function expectedProxies(
  { proxies, vfolder }: ManagerConfig,
  affected: ReadonlyMap<string, number> | null,
): readonly ExpectedProxy[] {
  const hosts = affected === null ? vfolder.map(({ host }) => host) : [...affected.keys()];
  const named = hosts.flatMap((host) => (isNoStorage(host) ? [] : (parseVolumeHost(host) ?? [])));
  const byProxy = Map.groupBy(named, ({ proxy }) => proxy);
  return Object.entries(proxies).map(([name, proxy]) => ({
    name,
    intervalMs: proxy.health_check_interval,
    warnings: isUnverified(proxy) ? ['its certificate is not verified'] : [],
    volumes: [...proxy.volumes, ...(byProxy.get(name) ?? []).map(({ volume }) => volume)],
  }));
}

const isUnverified = ({ manager_api, ssl_verify }: ProxyEntry): boolean => !ssl_verify && isHttps(manager_api);
