import type { Reading, TargetState } from './target-state.ts';

const JITTER = 0.1;
const MAX_SPREAD_MS = 10_000;
const SPREAD_PER_TARGET_MS = 100;
const MIN_RECHECK_MS = 2_000;
const MAX_RECHECK_MS = 30_000;
const MIN_STUCK_MS = 60_000;

/** When to probe next. `nominalMs` is the target's own grid, which no delay shifts; `dueMs` is that with jitter. */
export interface Due {
  readonly nominalMs: number;
  readonly dueMs: number;
}

/** The first probe: spread by the target's name, so that a restart asks nobody all at once. Pure. */
export function firstDue(id: string, intervalMs: number, { nowMs, targets }: { nowMs: number; targets: number }): Due {
  const spread = Math.min(intervalMs, MAX_SPREAD_MS, SPREAD_PER_TARGET_MS * targets);
  const at = nowMs + (hash(id) % Math.max(1, Math.floor(spread)));
  return { nominalMs: at, dueMs: at };
}

/**
 * The probe after an outcome. A success keeps the grid: previous nominal time + interval ± 10 %, points already past
 * are skipped. A failure is asked again after a fifth of the interval (2 to 30 s) until it is confirmed, and at least
 * every 30 s then, until it recovers; a success that is not complete when it says so. Pure; `random` is in [0, 1).
 */
export function nextDue(
  previous: Due,
  { intervalMs, state, nowMs, random }: { intervalMs: number; state: StateSoFar; nowMs: number; random: number },
): Due {
  const wobble = (periodMs: number) => periodMs * JITTER * (2 * random - 1);
  if (state.reading?.ok === false) {
    const period = recheckMs(intervalMs, state);
    return { nominalMs: previous.nominalMs, dueMs: nowMs + period + wobble(period) };
  }
  if (state.reading?.againMs !== undefined && state.reading.againMs < intervalMs) {
    return { nominalMs: previous.nominalMs, dueMs: nowMs + state.reading.againMs };
  }
  if (nowMs < previous.nominalMs - JITTER * intervalMs) {
    // Asked on demand, before its turn: the turn stays where it is.
    return { nominalMs: previous.nominalMs, dueMs: previous.nominalMs + wobble(intervalMs) };
  }
  const behind = Math.max(0, nowMs - wobble(intervalMs) - previous.nominalMs);
  const nominalMs = previous.nominalMs + intervalMs * (Math.floor(behind / intervalMs) + 1);
  return { nominalMs, dueMs: nominalMs + wobble(intervalMs) };
}

/** How long one call may be out before it counts as stuck: an interval and a timeout, but at least a minute. */
export function stuckAfterMs({ intervalMs, timeoutMs }: { intervalMs: number; timeoutMs: number }): number {
  return Math.max(MIN_STUCK_MS, intervalMs + timeoutMs);
}

type StateSoFar = Pick<TargetState<unknown, Reading>, 'reading' | 'stateType'>;

function recheckMs(intervalMs: number, { stateType }: StateSoFar): number {
  if (stateType === 'hard') return Math.min(intervalMs, MAX_RECHECK_MS);
  return Math.min(intervalMs, Math.max(MIN_RECHECK_MS, Math.min(intervalMs / 5, MAX_RECHECK_MS)));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
