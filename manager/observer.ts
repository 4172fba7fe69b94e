import { isDeepStrictEqual } from 'node:util';
import type { Disturbance } from '../probe/health-probe.ts';
import { isoOf, type Moment } from '../probe/clock.ts';
import type { ObserverHealth } from '../schema/observer-health.ts';

/** What the manager's own state is judged by: one of each proxy. */
export interface Observed {
  /** Since when it is unhealthy, on the monotonic clock; null while it is healthy, or was never asked. */
  readonly failedMonoMs: number | null;
  readonly disturbance: Disturbance | null;
}

/** So few proxies may well fail at once. */
const MIN_PROXIES = 5;

/**
 * What the manager says of itself. It is isolated when more than half of its proxies have failed within `windowMs` of
 * each other, and until half of them are healthy again. No verdict depends on it. Pure.
 */
export function nextObserver(
  previous: ObserverHealth,
  proxies: readonly Observed[],
  { windowMs, warnings, now }: { windowMs: number; warnings: readonly string[]; now: Moment },
): ObserverHealth {
  const { status, message } = judged(previous, proxies, windowMs);
  if (status !== previous.status) return { status, message, since: isoOf(now), warnings };
  const isSame = message === previous.message && isDeepStrictEqual(warnings, previous.warnings);
  return isSame ? previous : { ...previous, message, warnings };
}

function judged(
  previous: ObserverHealth,
  proxies: readonly Observed[],
  windowMs: number,
): Pick<ObserverHealth, 'status' | 'message'> {
  const why = new Set(proxies.map(({ disturbance }) => disturbance?.why));
  if (why.has('overloaded')) return { status: 'overloaded', message: 'too busy to hear the storage proxies in time' };
  if (why.has('paused')) return { status: 'paused', message: 'was stopped and has not asked everyone again yet' };
  const failed = proxies.flatMap(({ failedMonoMs }) => failedMonoMs ?? []).toSorted((a, b) => a - b);
  const half = Math.floor(proxies.length / 2);
  const isMost = proxies.length >= MIN_PROXIES && failed.length > half;
  const isTogether = failed.some((at, index) => (failed[index + half] ?? Infinity) - at <= windowMs);
  if (!isMost || !(isTogether || previous.status === 'isolated')) return { status: 'ok', message: null };
  return {
    status: 'isolated',
    message: `${failed.length} of ${proxies.length} storage proxies do not answer: the fault may lie with the manager or its network`,
  };
}
