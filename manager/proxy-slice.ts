import { isoOf, type Moment } from '../probe/clock.ts';
import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import { type ProxyView, staleAtMs } from './effective-status.ts';
import type { News } from './received.ts';
import type { ProxyKnowledge } from './storage-health-checker.ts';
import { type Verdict, verdictOf, volumeHealth } from './volume-health.ts';

/** The part of the manager's state that one proxy decides. Immutable. */
export interface ProxySlice {
  readonly proxy: StorageProxyHealth;
  /** Ordered by name. */
  readonly volumes: ReadonlyMap<string, VolumeHealth>;
  /** The last verdict on each volume and since when it holds: outlives the time when nothing is known. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly view: ProxyView;
}

export interface SliceInput {
  readonly name: string;
  readonly state: ProxyKnowledge['state'];
  readonly view: ProxyView;
  /** The volumes of which something may have moved; where more than they can have, all are looked at all the same. */
  readonly touched: News['touched'];
  /** Volumes to show even where the proxy was never reached: configured, or named by virtual folders. */
  readonly expectedVolumes: readonly string[];
  /** What an administrator should know of the proxy, whatever it says. */
  readonly warnings?: readonly string[];
  readonly now: Moment;
}

/** Round trips differ by less from one poll to the next, and what turns stale so much later is no harm. */
const SLACK_MS = 100;

/** However many names a proxy makes up while it does not answer polls. */
const MAX_UNREPORTED = 1_000;

/** The slice after an outcome, or after time has passed. Pure; `previous` only tells since when things are as they are. */
export function nextSlice(previous: ProxySlice | null, input: SliceInput): ProxySlice {
  const { view, touched } = input;
  const proxy = proxyHealth(input);
  if (previous === null || touched === 'all' || !isSeenAlike(previous.view, view)) {
    return { proxy, view, ...healthOf(previous, input, knownVolumes(previous, input)) };
  }
  if (touched.length === 0) return { ...previous, proxy, view };
  const { volumes, verdicts } = healthOf(previous, input, touched);
  return {
    proxy,
    view,
    volumes: withAll(previous.volumes, volumes),
    verdicts: withAll(previous.verdicts, verdicts),
  };
}

function withAll<V>(map: ReadonlyMap<string, V>, more: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  const all = new Map(map);
  for (const [key, value] of more) all.set(key, value);
  return all;
}

/** What time alone does to these volumes: which are stale by now and not yet shown so, and when the next one will be. */
export function staleness(
  { view, volumes }: ProxySlice,
  touched: News['touched'],
  now: Moment,
): { readonly stale: readonly string[]; readonly nextMs: number } {
  const { isAsked, isHealthy, received } = view;
  const stale: string[] = [];
  let nextMs = Infinity;
  if (!isAsked || !isHealthy || received === null) return { stale, nextMs };
  for (const name of touched === 'all' ? received.volumes.keys() : touched) {
    const volume = received.volumes.get(name);
    if (volume == null || volume.last_checked_at === null) continue;
    const at = staleAtMs(view, volume);
    if (at >= now.mono) nextMs = Math.min(nextMs, at);
    else if (volumes.get(name)?.reason !== 'STALE') stale.push(name);
  }
  return { stale, nextMs };
}

/** Whether what is known of the proxy itself lets its volumes be seen, and reckoned with, as before. */
export function isSeenAlike(a: ProxyView, b: ProxyView): boolean {
  return (
    a.isAsked === b.isAsked &&
    a.isHealthy === b.isHealthy &&
    a.disturbance === b.disturbance &&
    a.received?.epoch === b.received?.epoch &&
    offsetOf(a) - offsetOf(b) < SLACK_MS
  );
}

/** A poll that took longer than others makes every check older by as much. */
const offsetOf = ({ received }: ProxyView): number => received?.offsetMs ?? 0;

/** That a volume is gone is for a proxy to say that answers; until then it stays, as unknown. */
function knownVolumes(previous: ProxySlice | null, { view, expectedVolumes }: SliceInput): readonly string[] {
  const reported = new Set(view.received?.volumes.keys());
  if (view.isAsked && view.isHealthy) return [...reported, ...(view.received?.rest?.unlisted ?? [])].toSorted();
  const unreported = [...(previous?.volumes.keys() ?? [])].filter((volume) => !reported.has(volume));
  return [...new Set([...reported, ...expectedVolumes, ...unreported.slice(0, MAX_UNREPORTED)])].toSorted();
}

function healthOf(previous: ProxySlice | null, { name, view, now }: SliceInput, names: readonly string[]) {
  const volumes = new Map<string, VolumeHealth>();
  const verdicts = new Map<string, Verdict>();
  for (const volume of names) {
    const before = previous?.volumes.get(volume) ?? null;
    const verdict = previous?.verdicts.get(volume) ?? null;
    const health = volumeHealth({ proxy: name, volume, view, now, previous: before, verdict });
    volumes.set(volume, health);
    const latest = health.status === 'unknown' ? verdict : verdictOf(health, view);
    if (latest !== null) verdicts.set(volume, latest);
  }
  return { volumes, verdicts };
}

function proxyHealth({ name, state, view: { received }, warnings = [] }: SliceInput): StorageProxyHealth {
  const { reading, checkedAt, since, attempt, stateType } = state;
  return {
    proxy_name: name,
    status: reading?.ok === true ? 'healthy' : 'unhealthy',
    is_healthy: reading?.ok === true,
    last_checked_at: checkedAt && isoOf(checkedAt),
    error_message: reading === null ? 'not checked yet' : reading.errorMessage,
    since: since && isoOf(since),
    state_type: stateType,
    attempt,
    version: received?.version ?? null,
    protocol: received && (received.rest === null ? 'trpc' : 'rest'),
    warnings: [...warnings, ...((reading?.ok === true ? received?.rest?.warnings : null) ?? [])],
  };
}
