import { describeFailure } from '../../client/failure.ts';
import type { RestAsking } from '../../client/rest-asking.ts';
import { type Clock, type Moment, moment } from '../../probe/clock.ts';
import { createHealthProbe, type HealthProbe } from '../../probe/health-probe.ts';
import type { Outcome } from '../../probe/outcome.ts';
import type { Reading, TargetState } from '../../probe/target-state.ts';
import { failedHwinfo, type Hwinfo, isLostWay, parseHwinfo } from './hwinfo.ts';
import { createTurns } from './turns.ts';
import { parseVolumeList, type VolumeList } from './volume-list.ts';
import type { Asked, VolumePace } from './volume-verdict.ts';

export interface VolumeAskingOptions {
  readonly ask: RestAsking;
  readonly clock: Clock;
  readonly random: () => number;
  readonly cpuMs?: () => number;
  readonly pace: VolumePace;
  /** Hears of every list, or why there was none. */
  readonly onList: (list: VolumeList | null, failure: string | null) => void;
  readonly onVolume: (name: string, asked: Asked) => void;
  /** Hears of what a poll of the proxy would tell more of: the way to it is lost, or it refuses the secret. */
  readonly onDoubt: (isRefused: boolean) => void;
}

/** Asks a proxy of Backend.AI which volumes it has, and how each is. */
export interface VolumeAsking {
  /** Begins to ask, or goes on. */
  readonly begin: () => void;
  /** Asks of these volumes from now on. */
  readonly follow: (names: Iterable<string>) => void;
  /** The proxy is away: nobody is asked until it is back. */
  readonly pause: () => void;
  /** Asks now, or joins who asks; not within a second of the last time. */
  readonly check: (name: string) => Promise<void>;
  readonly stop: () => void;
}

type Answer = { readonly list: VolumeList } | { readonly hwinfo: Hwinfo };

interface AskedReading extends Reading {
  readonly failure: unknown;
}

const AT_ONCE = 4;
const FRESH_MS = 1_000;
const GRACE_MS = 5_000;
const MAX_HWINFO_BYTES = 256 * 2 ** 10;
/** No volume can be called so. */
const LIST = '';

/** Each volume has a schedule and a deadline of its own, so that one that is slow or fails costs only itself. */
export function createVolumeAsking(options: VolumeAskingOptions): VolumeAsking {
  const { ask, clock, random, cpuMs, pace, onList, onVolume, onDoubt } = options;
  const { intervalMs, timeoutMs } = pace;
  // By then what is known of it is about to turn stale anyway.
  const waitMs = 2 * intervalMs;
  const takeTurn = createTurns(clock, AT_ONCE);
  const slow = new Set<string>();
  /** When each volume was last asked. */
  const askedAt = new Map<string, Moment>();
  /** Those whose turn has come, and of which nothing was heard since. */
  const begun = new Set<string>();
  const followed = new Set<string>();
  let probe: HealthProbe<Answer, AskedReading> | null = null;

  return { begin, follow, pause, check, stop: pause };

  function begin(): void {
    if (probe !== null) return;
    probe = createHealthProbe<Answer, AskedReading>({
      clock,
      random,
      ...(cpuMs === undefined ? {} : { cpuMs }),
      read: readingOf,
    });
    probe.onOutcome(take);
    probe.register(LIST, { intervalMs, timeoutMs, ask: askList });
    for (const name of followed) register(name);
  }

  function pause(): void {
    probe?.stop();
    probe = null;
    askedAt.clear();
    slow.clear();
  }

  function follow(names: Iterable<string>): void {
    const wanted = new Set(names);
    for (const name of followed) {
      if (wanted.has(name)) continue;
      followed.delete(name);
      askedAt.delete(name);
      slow.delete(name);
      probe?.unregister(idOf(name));
    }
    for (const name of wanted) {
      if (followed.has(name)) continue;
      followed.add(name);
      register(name);
    }
  }

  function register(name: string): void {
    probe?.register(idOf(name), {
      intervalMs,
      // Turns end by themselves: this is for what should not happen.
      timeoutMs: waitMs + timeoutMs + GRACE_MS,
      ask: (signal) => askVolume(name, signal),
    });
  }

  async function check(name: string): Promise<void> {
    const latest = askedAt.get(name)?.mono ?? -Infinity;
    if (probe === null || !followed.has(name) || clock.mono() - latest < FRESH_MS) return;
    await probe.checkNow(idOf(name));
  }

  async function askList(signal: AbortSignal): Promise<Answer> {
    return { list: parseVolumeList((await ask({ path: 'volumes', signal })).value) };
  }

  async function askVolume(volume: string, signal: AbortSignal): Promise<Answer> {
    const call = async (limit: AbortSignal): Promise<Answer> => {
      askedAt.set(volume, moment(clock));
      begun.add(volume);
      const question = { path: 'volume/hwinfo', body: { volume }, maxBytes: MAX_HWINFO_BYTES, signal: limit };
      return { hwinfo: parseHwinfo((await ask(question)).value) };
    };
    return takeTurn({ signal, waitMs, timeoutMs, isSlow: slow.has(volume), call });
  }

  function take(id: string, state: TargetState<Answer, AskedReading>): void {
    const failure = state.reading?.failure ?? null;
    const answer = failure === null ? state.lastAnswer : null;
    if (failure !== null) {
      const isRefused = describeFailure(failure).kind === 'forbidden';
      const isLost = isLostWay(failure);
      if (isRefused || isLost) onDoubt(isRefused);
      // A poll is to say first whether it is the proxy that is away; it is asked again soon.
      if ((isRefused || isLost) && state.attempt === 1) return;
    }
    if (id === LIST) {
      if (failure !== null) onList(null, describeFailure(failure).message);
      else if (answer !== null && 'list' in answer) onList(answer.list, null);
    } else {
      const hwinfo = answer !== null && 'hwinfo' in answer ? answer.hwinfo : failedHwinfo(failure);
      takeVolume(id.slice(1), hwinfo, state);
    }
  }

  function takeVolume(name: string, hwinfo: Hwinfo, state: Asked['state']): void {
    const at = askedAt.get(name);
    // Where its turn has not come nothing is known of it that was not known before.
    if (!begun.delete(name) || at === undefined) return;
    if (hwinfo.reason === 'CHECK_TIMEOUT') slow.add(name);
    else slow.delete(name);
    onVolume(name, { hwinfo, askedAt: at, state, nextDueMs: probe?.nextDueMs(idOf(name)) ?? null, pace });
  }
}

const idOf = (name: string): string => `/${name}`;

function readingOf(outcome: Outcome<Answer>): AskedReading {
  if (outcome.kind === 'answer') {
    const word = 'hwinfo' in outcome.answer ? outcome.answer.hwinfo.status : 'pass';
    return { ok: word === 'pass' || word === 'warn', label: word, failure: null };
  }
  const failure =
    outcome.kind === 'error'
      ? outcome.error
      : new DOMException(`timed out after ${outcome.timeoutMs / 1_000} s`, 'TimeoutError');
  return { ok: false, label: 'failed', failure };
}
