import type { Moment } from '../probe/clock.ts';
import type { Check } from '../schema/check.ts';
import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { ProxyView } from './effective-status.ts';
import type { ProxySlice } from './proxy-slice.ts';
import { volumeHealth } from './volume-health.ts';

/** More moved than what each check measures anew. */
export type Change = ProxyChange | VolumeChange;

export interface ProxyChange {
  readonly of: 'proxy';
  readonly proxyName: string;
  /** Null where it has just been configured. */
  readonly previous: StorageProxyHealth | null;
  /** Null where it is no longer configured. */
  readonly current: StorageProxyHealth | null;
  readonly isTransition: boolean;
}

export interface VolumeChange {
  readonly of: 'volume';
  readonly volume: string;
  readonly previous: VolumeHealth | null;
  /** Null where its proxy no longer reports it. */
  readonly current: VolumeHealth | null;
  /** What is to be said of it: status, degraded, reason or certainty moved since something was last said. */
  readonly transition: { readonly previous: VolumeHealth | null; readonly current: VolumeHealth } | null;
}

/** What was last said of volumes of which other things are known now, or of which nothing is reported any more. */
export type LastSaid = ReadonlyMap<string, VolumeHealth>;

/** Volumes that are gone may come back; however many names a proxy makes up, no more of them are remembered. */
const MAX_GONE = 1_000;

/** Checks are compared by themselves. */
const MEASURED: ReadonlySet<keyof VolumeHealth> = new Set(['last_checked_at', 'probe_ms', 'metadata', 'checks']);

/**
 * What moved between two slices of a proxy, the proxy first. That a volume is well is no transition at first sight; that
 * it has not been asked yet is none at all: its first verdict is compared with what was said before, if anything was, as
 * is a volume that comes back. Pure.
 */
export function changesOf(
  before: ProxySlice,
  slice: ProxySlice,
  { lastSaid, now }: { lastSaid: LastSaid; now: Moment },
): { changes: readonly Change[]; lastSaid: LastSaid } {
  const changes: Change[] = [];
  if (isProxyChange(before.proxy, slice.proxy)) {
    const isTransition = isProxyTransition(before.proxy, slice.proxy);
    const { proxy_name: proxyName } = slice.proxy;
    changes.push({ of: 'proxy', proxyName, previous: before.proxy, current: slice.proxy, isTransition });
  }
  if (before.volumes === slice.volumes) return { changes, lastSaid };
  const saying = new Map(lastSaid);
  for (const [volume, current] of slice.volumes) {
    const previous = before.volumes.get(volume) ?? null;
    if (previous === current) continue;
    const said = saying.get(volume) ?? (isUnasked(previous) ? null : previous);
    const isStarting = isUnasked(current);
    if (isStarting && said !== null) saying.set(volume, said);
    else saying.delete(volume);
    const isTransition = !isStarting && isVolumeTransition(said, current);
    if (!isTransition && previous !== null && isSameButForMeasured(previous, current)) continue;
    const transition = isTransition ? { previous: said, current } : null;
    changes.push({ of: 'volume', volume, previous, current, transition });
  }
  for (const [volume, previous] of before.volumes) {
    if (slice.volumes.has(volume)) continue;
    const said = saying.get(volume) ?? previous;
    const transition =
      previous.last_known_status === null ? null : { previous: said, current: goneFrom(slice.view, said, now) };
    saying.delete(volume);
    // One that was never asked comes back as if it were new.
    if (!isUnasked(said)) saying.set(volume, transition?.current ?? said);
    changes.push({ of: 'volume', volume, previous, current: null, transition });
  }
  forgetGone(saying, slice);
  return { changes, lastSaid: saying };
}

const isUnasked = (volume: VolumeHealth | null): boolean => volume?.reason === 'NOT_CHECKED';

/** What moves when a proxy has just been configured: it is there, and so are the volumes that are expected of it. Pure. */
export function configured({ proxy, volumes }: ProxySlice): readonly Change[] {
  const expected = Array.from(
    volumes,
    ([volume, current]): VolumeChange => ({ of: 'volume', volume, previous: null, current, transition: null }),
  );
  return [
    { of: 'proxy', proxyName: proxy.proxy_name, previous: null, current: proxy, isTransition: false },
    ...expected,
  ];
}

/** What moves when a proxy is no longer configured: it is gone, and so are its volumes. Pure. */
export function unconfigured(
  { proxy, volumes }: ProxySlice,
  { lastSaid, now }: { lastSaid: LastSaid; now: Moment },
): readonly Change[] {
  const gone = Array.from(volumes, ([volume, previous]): VolumeChange => {
    const said = lastSaid.get(volume) ?? previous;
    const wasKnown = previous.last_known_status !== null;
    return {
      of: 'volume',
      volume,
      previous,
      current: null,
      transition: wasKnown ? { previous: said, current: goneFrom(null, said, now) } : null,
    };
  });
  return [{ of: 'proxy', proxyName: proxy.proxy_name, previous: proxy, current: null, isTransition: true }, ...gone];
}

/** A volume that its proxy no longer reports, or whose proxy is no longer configured. */
function goneFrom(view: ProxyView | null, previous: VolumeHealth, now: Moment): VolumeHealth {
  const { proxy_name: proxy, volume_id: volume } = previous;
  return volumeHealth({ proxy, volume, view, previous, verdict: null, now });
}

function forgetGone(saying: Map<string, VolumeHealth>, { volumes }: ProxySlice): void {
  if (saying.size <= MAX_GONE) return;
  const all = [...saying.keys()].filter((volume) => !volumes.has(volume));
  for (const volume of all.slice(0, Math.max(0, all.length - MAX_GONE))) saying.delete(volume);
}

function isProxyChange(a: StorageProxyHealth, b: StorageProxyHealth): boolean {
  const isOther = a.error_message !== b.error_message || a.attempt !== b.attempt || a.version !== b.version;
  if (a.protocol !== b.protocol || a.warnings.join('\n') !== b.warnings.join('\n')) return true;
  return isOther || isProxyTransition(a, b);
}

/** A proxy that was never asked counts as unhealthy; that it really is explains what its volumes do. */
function isProxyTransition(a: StorageProxyHealth, b: StorageProxyHealth): boolean {
  const isFirst = a.last_checked_at === null && b.last_checked_at !== null;
  return isFirst || a.status !== b.status || a.state_type !== b.state_type;
}

function isVolumeTransition(a: VolumeHealth | null, b: VolumeHealth): boolean {
  if (a === null) return !b.is_healthy || b.is_degraded;
  if (a.status !== b.status || a.reason !== b.reason) return true;
  // How sure a proxy is of what nobody can vouch for makes no difference.
  return b.status !== 'unknown' && (a.is_degraded !== b.is_degraded || a.state_type !== b.state_type);
}

/** Times and figures are measured anew by each check: they are no change. */
function isSameButForMeasured(a: VolumeHealth, b: VolumeHealth): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof VolumeHealth>;
  for (const key of keys) if (!MEASURED.has(key) && a[key] !== b[key]) return false;
  return a.checks.length === b.checks.length && a.checks.every((check, index) => isSameCheck(check, b.checks[index]));
}

function isSameCheck(a: Check, b: Check | undefined): boolean {
  return a.name === b?.name && a.status === b.status && a.reason === b.reason;
}
