import { formatVolumeHost, parseVolumeHost, type VolumeHost } from '../schema/volume-host.ts';
import type { VfolderSource } from './vfolders.ts';

type Counts = ReturnType<VfolderSource['affected']>;

const byProxy = new WeakMap<NonNullable<Counts>, ReadonlyMap<string, number>>();

/** How many virtual folders a volume stores; null where nobody has counted. */
export function affectedByVolume(counts: Counts, host: VolumeHost): number | null {
  return counts === null ? null : (counts.get(formatVolumeHost(host)) ?? 0);
}

/** How many virtual folders all volumes of a proxy store, known ones and others; null where nobody has counted. */
export function affectedByProxy(counts: Counts, proxy: string): number | null {
  if (counts === null) return null;
  const sums = byProxy.get(counts) ?? sumsOf(counts);
  byProxy.set(counts, sums);
  return sums.get(proxy) ?? 0;
}

function sumsOf(counts: NonNullable<Counts>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [text, count] of counts) {
    const host = parseVolumeHost(text);
    if (host !== null) sums.set(host.proxy, (sums.get(host.proxy) ?? 0) + count);
  }
  return sums;
}
