import { isDeepStrictEqual } from 'node:util';
import { AskingFailed, describeFailure } from '../client/failure.ts';
import type { Clock } from '../probe/clock.ts';
import { createHealthProbe, type Disturbance, type HealthProbe, type Target } from '../probe/health-probe.ts';
import type { Outcome } from '../probe/outcome.ts';
import { type Reading, type TargetState, UNASKED } from '../probe/target-state.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';
import type { VolumeHost } from '../schema/volume-host.ts';
import { createProxyLink, type PollAnswer, type ProxyAccess, type ProxyLink } from './proxy-link.ts';
import { type News, NO_NEWS, POLLS_TO_BE_ONE, type Received } from './received.ts';

/** A poll of a proxy, read. */
export interface PollReading extends Reading {
  /** Why the proxy is unhealthy; null while it is healthy. */
  readonly errorMessage: string | null;
}

/** All that is known of a proxy: how its polls go, and what it has told. */
export interface ProxyKnowledge {
  readonly state: TargetState<PollAnswer, PollReading>;
  readonly received: Received | null;
  /** What has made the manager deaf to it since it was last asked. */
  readonly disturbance: Disturbance | null;
}

export type Proxies = Readonly<Record<string, ProxyEntry>>;
export type AccessOf = (proxy: string, entry: ProxyEntry) => ProxyAccess;

export interface StorageHealthCheckerOptions {
  readonly proxies: Proxies;
  /** Called once for each proxy, and again where what it takes to reach it has changed. */
  readonly accessOf: AccessOf;
  readonly clock: Clock;
  readonly random: () => number;
  /** All the processor time that this process has used, in milliseconds. */
  readonly cpuMs?: () => number;
  /** Hears of a proxy, or, where null, of all: what is known of it has moved. */
  readonly onNews: (proxy: string | null, news: News) => void;
}

export interface StorageHealthChecker {
  /** Throws where no such proxy is configured. */
  readonly known: (proxy: string) => ProxyKnowledge;
  /**
   * Goes on with these proxies. One that is configured as before is not touched; of one that is configured otherwise all
   * that is known stays until it has been asked; one that is gone is asked and listened to no more.
   */
  readonly reconfigure: (proxies: Proxies) => void;
  /** Polls now, or joins a poll that is out. */
  readonly checkNow: (proxy: string) => Promise<TargetState<PollAnswer, PollReading>>;
  /** Polls for the times of every check: an answer that was asked for before this is not enough. */
  readonly checkWhole: (proxy: string) => Promise<TargetState<PollAnswer, PollReading>>;
  /** Has a proxy ask a volume's storage now. Rejects where that cannot be had, and once `signal` aborts. */
  readonly checkVolume: (host: VolumeHost, signal: AbortSignal) => Promise<void>;
  readonly stop: () => void;
}

/** A proxy that has just started knows of its volumes within moments. */
const FIRST_CHECKS_MS = 500;
const MAX_FIRST_POLLS = 20;

/** Above this many proxies their streams speak less often. */
const FEW_PROXIES = 100;
/** And if all of them are cut at once, they are asked one after the other. */
const DOUBTS_WITHIN_MS = 1_000;

/**
 * How often a proxy's stream says something, and after which silence it is given up, in milliseconds: for so many
 * proxies as a manager has.
 */
export function streamPace(proxies: number): { readonly pingMs: number; readonly silenceMs: number } {
  return proxies > FEW_PROXIES ? { pingMs: 10_000, silenceMs: 25_000 } : { pingMs: 2_000, silenceMs: 5_000 };
}

/** Polls every configured proxy, each at its own interval, and listens to each. One that is away holds up no other. */
export function createStorageHealthChecker(options: StorageHealthCheckerOptions): StorageHealthChecker {
  const { accessOf, clock, random, cpuMs, onNews } = options;
  const links = new Map<string, ProxyLink>();
  /** Proxies that were not listened to yet, since there is this way to reach them. */
  const unheard = new Set<string>();
  let proxies: Proxies = {};
  const probe: HealthProbe<PollAnswer, PollReading> = createHealthProbe({
    clock,
    random,
    ...(cpuMs === undefined ? {} : { cpuMs }),
    read: (outcome, _target, name) => readingOf(outcome, linkOf(name).received()),
    onDisturbance: (name) => onNews(name, { touched: 'all', isMeasuredOnly: false }),
  });
  probe.onOutcome((name, state, previous) => {
    // A proxy that has just come back need not wait for the stream's next attempt.
    const isBack = previous.reading?.ok !== true;
    if (state.reading?.ok === true && (unheard.delete(name) || isBack)) linkOf(name).listen();
    const isAnswered = state.lastAnswer !== previous.lastAnswer;
    const news = (isAnswered ? state.lastAnswer?.news : null) ?? NO_NEWS;
    onNews(name, { ...news, isMeasuredOnly: news.isMeasuredOnly && isSameState(state, previous) });
  });

  reconfigure(options.proxies);

  return {
    reconfigure,
    known: (name) => ({
      state: probe.state(name) ?? UNASKED,
      received: linkOf(name).received(),
      disturbance: probe.disturbance(name),
    }),
    checkNow: pollNow,
    checkWhole(name) {
      links.get(name)?.wantWhole();
      return checkSince(name, clock.mono());
    },
    checkVolume: async ({ proxy, volume }, signal) => linkOf(proxy).check(volume, signal),
    stop() {
      probe.stop();
      for (const link of links.values()) link.stop();
    },
  };

  function reconfigure(next: Proxies): void {
    const before = proxies;
    proxies = next;
    for (const name of Object.keys(before)) if (!Object.hasOwn(next, name)) forget(name);
    for (const [name, entry] of Object.entries(next)) {
      const previous = Object.hasOwn(before, name) ? before[name] : undefined;
      if (previous === undefined) {
        probe.register(name, targetOf(entry, connect(name, entry)));
      } else if (!isDeepStrictEqual(previous, entry)) {
        const isReached = isDeepStrictEqual(withoutPace(previous), withoutPace(entry));
        probe.retarget(name, targetOf(entry, isReached ? linkOf(name) : connect(name, entry)));
      }
    }
  }

  function forget(name: string): void {
    probe.unregister(name);
    links.get(name)?.stop();
    links.delete(name);
    unheard.delete(name);
  }

  /** Ends what there was to reach it by; what that has been told is where the new one goes on from. */
  function connect(name: string, entry: ProxyEntry): ProxyLink {
    const before = links.get(name);
    before?.stop();
    const link = createProxyLink({
      access: accessOf(name, entry),
      clock,
      random,
      ...(cpuMs === undefined ? {} : { cpuMs }),
      entry,
      pingMs: streamPace(Object.keys(proxies).length).pingMs,
      received: before?.received() ?? null,
      onNews: (news) => onNews(name, news),
      onDoubt: () => void checkSince(name, clock.mono()),
      doubtAfterMs: () => (links.size > FEW_PROXIES ? random() * DOUBTS_WITHIN_MS : 0),
    });
    links.set(name, link);
    unheard.add(name);
    return link;
  }

  /** Once it has stopped there is nobody to be asked. */
  async function pollNow(name: string): Promise<PollState> {
    return probe.state(name) === undefined ? UNASKED : probe.checkNow(name);
  }

  /** A poll that is out already tells nothing of what has happened since it was asked, except where it fails. */
  async function checkSince(name: string, sinceMs: number): Promise<PollState> {
    const state = await pollNow(name);
    const isOld = state.reading?.ok === true && (state.lastAnswer?.askedMonoMs ?? -Infinity) < sinceMs;
    return isOld ? pollNow(name) : state;
  }

  function linkOf(name: string): ProxyLink {
    const link = links.get(name);
    if (link === undefined) throw new Error(`no proxy "${name}" is configured`);
    return link;
  }
}

type PollState = TargetState<PollAnswer, PollReading>;

function targetOf(
  { health_check_interval, health_check_timeout }: ProxyEntry,
  { poll }: ProxyLink,
): Target<PollAnswer> {
  return { intervalMs: health_check_interval, timeoutMs: health_check_timeout, ask: poll };
}

/** What it takes to reach a proxy. */
function withoutPace(entry: ProxyEntry): object {
  return { ...entry, health_check_interval: null, health_check_timeout: null };
}

/** Whether a poll has found a proxy as it was found before. */
function isSameState(a: PollState, b: PollState): boolean {
  const isSameReading = a.reading?.ok === b.reading?.ok && a.reading?.errorMessage === b.reading?.errorMessage;
  return isSameReading && a.attempt === b.attempt && a.stateType === b.stateType;
}

function readingOf(outcome: Outcome<PollAnswer>, received: Received | null): PollReading {
  if (outcome.kind === 'answer') {
    if (isMixed(outcome.answer, received)) return unhealthy('several proxies behind one address');
    const volumes = [...(received?.volumes.values() ?? [])];
    // A proxy of Backend.AI is asked for each volume by itself: polls of it are none the wiser.
    const isComplete = received?.rest != null || volumes.every((volume) => volume?.last_checked_at !== null);
    const isStarting = !isComplete && (received?.polls ?? 0) <= MAX_FIRST_POLLS;
    return { ok: true, label: 'healthy', errorMessage: null, ...(isStarting ? { againMs: FIRST_CHECKS_MS } : {}) };
  }
  const { message } =
    outcome.kind === 'error'
      ? describeFailure(outcome.error)
      : new AskingFailed('timeout', `timed out after ${outcome.timeoutMs / 1_000} s`);
  return unhealthy(message);
}

/** Whether proxies that know nothing of each other answer by turns: no verdict of theirs can be told from another's. */
function isMixed({ fate }: PollAnswer, received: Received | null): boolean {
  return fate === 'mixed' || (received?.pollsSinceMix ?? Infinity) < POLLS_TO_BE_ONE;
}

function unhealthy(errorMessage: string): PollReading {
  return { ok: false, label: 'unhealthy', errorMessage };
}
