import { isoOf, type Moment } from '../probe/clock.ts';
import type { TargetState } from '../probe/target-state.ts';
import type { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../schema/volume-health.ts';
import type { ReceivedVolumeReport } from '../schema/volume-report.ts';
import { type ProxyView, type Received, staleAtMs } from './effective-status.ts';
import type { PollReading } from './storage-health-checker.ts';
import { type Verdict, verdictOf, volumeHealth } from './volume-health.ts';

/** The part of the manager's state that one proxy decides. Immutable. */
export interface ProxySlice {
  readonly proxy: StorageProxyHealth;
  /** Ordered by name. */
  readonly volumes: ReadonlyMap<string, VolumeHealth>;
  /** The last verdict on each volume and since when it holds: outlives the time when nothing is known. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly view: ProxyView;
  /** When time alone changes something next, on the monotonic clock; Infinity if never. */
  readonly nextStaleMs: number;
}

export interface SliceInput {
  readonly name: string;
  readonly state: TargetState<Received, PollReading>;
  readonly view: ProxyView;
  /** Volumes to show even where the proxy was never reached: configured, or named by virtual folders. */
  readonly expectedVolumes: readonly string[];
  readonly now: Moment;
}

/** The slice after an outcome, or after time has passed. Pure; `previous` only tells since when things are as they are. */
export function nextSlice(previous: ProxySlice | null, input: SliceInput): ProxySlice {
  const { name, view, expectedVolumes, now } = input;
  const reported = view.received?.report.volumes ?? new Map<string, ReceivedVolumeReport | null>();
  const isAuthoritative = view.isAsked && view.isHealthy;
  const known = [...reported.keys(), ...(isAuthoritative ? [] : expectedVolumes)];
  const volumes = new Map<string, VolumeHealth>();
  const verdicts = new Map<string, Verdict>();
  for (const volume of [...new Set(known)].toSorted()) {
    const before = previous?.volumes.get(volume) ?? null;
    const verdict = previous?.verdicts.get(volume) ?? null;
    const health = volumeHealth({ proxy: name, volume, view, now, previous: before, verdict });
    volumes.set(volume, health);
    const latest = health.status === 'unknown' ? verdict : verdictOf(health, view);
    if (latest !== null) verdicts.set(volume, latest);
  }
  return { proxy: proxyHealth(input), volumes, verdicts, view, nextStaleMs: nextStale(view, now) };
}

function proxyHealth({ name, state, view }: SliceInput): StorageProxyHealth {
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
    version: view.received?.report.version ?? null,
  };
}

function nextStale(view: ProxyView, now: Moment): number {
  if (!view.isAsked || !view.isHealthy || view.received === null) return Infinity;
  let next = Infinity;
  for (const volume of view.received.report.volumes.values()) {
    if (volume === null || volume.last_checked_at === null) continue;
    const at = staleAtMs(view, volume);
    if (at >= now.mono) next = Math.min(next, at);
  }
  return next;
}
