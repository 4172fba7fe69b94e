import { describeFailure } from '../client/failure.ts';
import type { HealthPoll } from '../client/health-poll.ts';
import type { ProxyClient } from '../client/proxy-client.ts';
import type { RestAsking } from '../client/rest-asking.ts';
import type { Clock } from '../probe/clock.ts';
import { formatPosition } from '../probe/feed.ts';
import { parseHealthAnswer } from '../schema/health-report.ts';
import { parseProxyEvent } from '../schema/proxy-event.ts';
import type { ProxyEntry } from '../schema/manager-config.ts';
import { createDoubts } from './doubts.ts';
import {
  type Arrival,
  type Fate,
  type Message,
  type News,
  nextReceived,
  type Received,
  type NextReceived,
} from './received.ts';
import type { RestHealth } from './rest/health-answer.ts';
import { createHealthAsking } from './rest/health-asking.ts';
import { knownVolumes } from './rest/known-volumes.ts';
import { createRestProxy, type RestProxy } from './rest/rest-proxy.ts';

/** How the manager speaks with one proxy. */
export interface ProxyAccess {
  /** Calls end by their signal, and have no shorter limit of their own; streams reconnect by themselves. */
  readonly client: ProxyClient;
  readonly poll: HealthPoll;
  /** By which proxies of Backend.AI are asked; without it, they are none that one could ask. */
  readonly rest?: RestAsking;
}

export interface ProxyLinkOptions {
  readonly access: ProxyAccess;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
  /** All the processor time that this process has used, in milliseconds. */
  readonly cpuMs?: () => number;
  /** How a proxy of Backend.AI is to be asked for its volumes. */
  readonly entry?: Partial<Pick<ProxyEntry, 'volumes' | 'volume_check_interval' | 'volume_check_timeout'>>;
  /** How often the proxy's stream should say something. */
  readonly pingMs: number;
  /** What the proxy has told so far, where it was reached otherwise before. */
  readonly received?: Received | null;
  /** Hears of all that the stream brings. */
  readonly onNews: (news: News) => void;
  /** Something is missing or broken that a poll would tell. */
  readonly onDoubt: () => void;
  /** How long a doubt waits for that poll: a manager of many proxies may come to doubt all at once. Default: not at all. */
  readonly doubtAfterMs?: () => number;
}

/** What a poll brought. */
export interface PollAnswer {
  readonly fate: Fate;
  readonly news: News;
  readonly askedMonoMs: number;
}

/** All that passes between the manager and one proxy: polls and the stream feed one state. */
export interface ProxyLink {
  readonly received: () => Received | null;
  /** Asks for the report, or, where the stream tells of the rest, whether anything is missing. */
  readonly poll: (signal: AbortSignal) => Promise<PollAnswer>;
  /** Has the proxy ask a volume's storage now. Rejects where that cannot be had, and once `signal` aborts. */
  readonly check: (volume: string, signal: AbortSignal) => Promise<void>;
  /** Has the next poll bring the whole report. */
  readonly wantWhole: () => void;
  /** Listens to the proxy's stream, if it does not yet; a stream that waits for its next attempt begins at once. */
  readonly listen: () => void;
  readonly stop: () => void;
}

/** However well the stream goes, everything is compared so often. */
const WHOLE_EVERY_MS = 300_000;
const RETRY_REFUSED_MS = 30_000;
/** A proxy that speaks of what is over is listened to anew no sooner. */
const LISTEN_ANEW_MS = 1_000;

type PollRequest = Omit<Arrival, 'message' | 'readMonoMs'>;

export function createProxyLink(options: ProxyLinkOptions): ProxyLink {
  const { access, clock, random = Math.random, cpuMs, entry = {} } = options;
  const { pingMs, onNews, onDoubt, doubtAfterMs = () => 0 } = options;
  let { received = null } = options;
  let generation = received?.generations.latest ?? 0;
  let isWholeWanted = true;
  /** What the stream has told until it was cut is known still: one poll may ask for what came after. */
  let isJustCut = false;
  /** No answer came to the latest poll. */
  let isLost = false;
  let stream: { readonly end: () => void; isOpen: boolean } | null = null;
  let cancelRetry: (() => void) | null = null;
  const asking = createHealthAsking(access);
  /** Speaks for the proxy, as long as it is one of Backend.AI. */
  let rest: RestProxy | null = null;
  const doubts = createDoubts({ clock, ask: onDoubt, afterMs: doubtAfterMs });

  return { received: () => received, poll, wantWhole, listen, check, stop };

  function wantWhole(): void {
    isWholeWanted = true;
  }

  function stop(): void {
    stream?.end();
    stream = null;
    cancelRetry?.();
    rest?.stop();
    doubts.stop();
  }

  async function check(volume: string, signal: AbortSignal): Promise<void> {
    if (rest === null) await access.client.health.check.mutate({ volume }, { signal });
    else await Promise.race([rest.check(volume), aborted(signal)]);
  }

  /** A kept-alive connection that the proxy has closed meanwhile proves nothing: a cut is asked again once. */
  async function poll(signal: AbortSignal): Promise<PollAnswer> {
    for (let tries = 1; ; tries += 1) {
      generation += 1;
      const request = { isPoll: true, generation, askedMonoMs: clock.mono() };
      const known = knownPosition(request.askedMonoMs);
      doubts.settle();
      if (known === null) isWholeWanted = false;
      try {
        const said = await asking.ask({ known, signal });
        // Nobody is spoken for any more once the manager ends.
        if (said.by === 'rest') signal.throwIfAborted();
        const taken = said.by === 'rest' ? takeRest(said.health, request) : takeOurs(said.answer, request);
        isLost = false;
        const { fate, touched, isMeasuredOnly } = taken;
        return { fate, news: { touched, isMeasuredOnly }, askedMonoMs: request.askedMonoMs };
      } catch (error) {
        isWholeWanted = true;
        isLost = true;
        if (tries === 1 && !signal.aborted && describeFailure(error).kind === 'cut') continue;
        asking.forget();
        rest?.lose();
        signal.throwIfAborted();
        throw error;
      }
    }
  }

  /** From where on the stream tells of everything; null if it does not, or if it is time to compare. */
  function knownPosition(nowMs: number): string | null {
    const isTold = stream?.isOpen === true || isJustCut;
    isJustCut = false;
    if (isWholeWanted || received === null || !isTold) return null;
    return nowMs - received.wholeMonoMs > WHOLE_EVERY_MS ? null : formatPosition(received);
  }

  function takeOurs(answer: unknown, request: PollRequest): NextReceived {
    const message = parseHealthAnswer(answer);
    const taken = take(message, request);
    if (rest === null) return taken;
    rest.stop();
    rest = null;
    // One that comes back from being away is listened to anyway.
    if (!isLost) listen();
    return taken;
  }

  /** What the manager says in the proxy's stead is as new as it can be: it was on no way. */
  function takeRest(health: RestHealth, request: PollRequest): NextReceived {
    rest ??= speakFor();
    const message = rest.polled(health, request.askedMonoMs);
    return take(message, { ...request, askedMonoMs: clock.mono() });
  }

  function speakFor(): RestProxy {
    if (access.rest === undefined) throw new Error('there is no way to ask it over REST');
    stream?.end();
    stream = null;
    cancelRetry?.();
    const {
      volumes = [],
      volume_check_interval: intervalMs = 60_000,
      volume_check_timeout: timeoutMs = 15_000,
    } = entry;
    const speaker: RestProxy = createRestProxy({
      ask: access.rest,
      clock,
      random,
      ...(cpuMs === undefined ? {} : { cpuMs }),
      // Requests are counted on where the proxy is reached otherwise from now on.
      epoch: `rest:${generation}`,
      pace: { intervalMs, timeoutMs },
      ...(received === null ? {} : { toldBefore: knownVolumes(received) }),
      expectedVolumes: volumes,
      onMessage: (message) => {
        const { touched, isMeasuredOnly } = take(message, nextRequest());
        onNews({ touched, isMeasuredOnly });
      },
      onDoubt: (isRefused) => {
        // It may be another one by now, which is to be asked where it answers.
        if (isRefused) asking.forget();
        doubts.raise();
      },
    });
    return speaker;
  }

  function take(message: Message, request: PollRequest): NextReceived {
    const taken = nextReceived(received, { ...request, message, readMonoMs: clock.mono() });
    received = taken.received;
    if (taken.fate === 'gap') {
      isWholeWanted = true;
      doubts.raise();
    }
    return taken;
  }

  function listen(): void {
    if (stream?.isOpen === true || rest !== null) return;
    stream?.end();
    cancelRetry?.();
    stream = openStream();
  }

  function openStream() {
    const current = { isOpen: false, end: () => subscription.unsubscribe() };
    // Counted from before each attempt, so that no message is taken for newer than it can be.
    let request = nextRequest();
    const input = { ping_ms: pingMs, ...(received === null ? {} : { lastEventId: formatPosition(received) }) };
    const subscription = access.client.health.watch.subscribe(input, {
      onData: ({ data }) => {
        if (stream === current) hear(data, request);
      },
      onConnectionStateChange: ({ state, error }) => {
        if (stream !== current) return;
        if (state === 'pending') {
          current.isOpen = true;
          // It is back, and only a poll may say so: that one need not wait for its turn.
          if (isLost) doubts.raise();
        }
        if (state !== 'connecting' || error === null) return;
        request = nextRequest();
        if (!current.isOpen) return;
        current.isOpen = false;
        isJustCut = true;
        doubts.raise();
      },
      onError: () => {
        if (stream === current) retryLater();
      },
      onComplete: () => {
        if (stream === current) retryLater();
      },
    });
    return current;
  }

  function nextRequest() {
    generation += 1;
    return { isPoll: false, generation, askedMonoMs: clock.mono() };
  }

  function hear(data: unknown, request: ReturnType<typeof nextRequest>): void {
    let message: Message;
    try {
      const event = parseProxyEvent(data);
      message = event.type === 'snapshot' ? { type: 'report', report: event.report } : event;
    } catch {
      // Not a stream that we understand: polls will have to do.
      retryLater();
      return;
    }
    const { fate, ...news } = take(message, request);
    if (fate === 'foreign' || fate === 'mixed') listenAnew();
    else if (news.touched === 'all' || news.touched.length > 0) onNews(news);
  }

  /** It speaks of what is over: whoever is there now is to be asked, and listened to. */
  function listenAnew(): void {
    listenLater(LISTEN_ANEW_MS);
    doubts.raise();
  }

  /** The proxy refuses, or has no stream that makes sense: it is polled, and may have one later. */
  function retryLater(): void {
    listenLater(RETRY_REFUSED_MS);
  }

  function listenLater(afterMs: number): void {
    stream?.end();
    stream = null;
    isWholeWanted = true;
    cancelRetry?.();
    cancelRetry = clock.after(afterMs, listen);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return promise;
}
