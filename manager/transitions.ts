import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { ProxySlice } from './proxy-slice.ts';

/** A proxy or a volume is in another state than was last said of it. */
export type Transition =
  | { readonly of: 'proxy'; readonly previous: StorageProxyHealth; readonly current: StorageProxyHealth }
  | { readonly of: 'volume'; readonly previous: VolumeHealth | null; readonly current: VolumeHealth };

/** What was last said of a proxy and of its volumes. */
export type Said = Pick<ProxySlice, 'proxy' | 'volumes'>;

/**
 * What there is to say of a slice, after what was said before: status, degraded, reason or certainty that moved. That a
 * volume is well is no news at first sight; that a restarted proxy has not asked a volume yet is none at all. Pure.
 */
export function nextSaid(said: Said, slice: Said): { transitions: readonly Transition[]; said: Said } {
  const transitions: Transition[] = [];
  if (isProxyMoved(said.proxy, slice.proxy)) {
    transitions.push({ of: 'proxy', previous: said.proxy, current: slice.proxy });
  }
  const volumes = new Map<string, VolumeHealth>();
  for (const [name, current] of slice.volumes) {
    const previous = said.volumes.get(name) ?? null;
    const isStarting = current.reason === 'NOT_CHECKED' && previous !== null;
    volumes.set(name, isStarting ? previous : current);
    if (!isStarting && isVolumeMoved(previous, current)) transitions.push({ of: 'volume', previous, current });
  }
  return { transitions, said: { proxy: slice.proxy, volumes } };
}

function isProxyMoved(a: StorageProxyHealth, b: StorageProxyHealth): boolean {
  return a.status !== b.status || a.error_message !== b.error_message || a.state_type !== b.state_type;
}

function isVolumeMoved(a: VolumeHealth | null, b: VolumeHealth): boolean {
  if (a === null) return !b.is_healthy || b.is_degraded;
  return (
    a.status !== b.status || a.is_degraded !== b.is_degraded || a.reason !== b.reason || a.state_type !== b.state_type
  );
}
