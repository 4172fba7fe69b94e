import type { ReceivedReport } from '../schema/health-report.ts';
import type { ReceivedEvent } from '../schema/proxy-event.ts';
import type { ReceivedVolumeReport } from '../schema/volume-report.ts';

/** What a proxy has told, by polls and by its stream together. A value: each message makes a new one. */
export interface Received {
  readonly epoch: string;
  readonly seq: number;
  /** The proxy's monotonic clock at its latest message. */
  readonly monoMs: number;
  /**
   * What to add to the proxy's monotonic clock to have the manager's. All of a round trip is charged, so that nothing
   * is reckoned to be younger than it can be.
   */
  readonly offsetMs: number;
  readonly version: string | null;
  /** What the manager found out where it speaks for a proxy of Backend.AI itself; null where the proxy is one of ours. */
  readonly rest: RestFindings | null;
  /** `null` where the proxy's words about a volume could not be read. */
  readonly volumes: ReadonlyMap<string, ReceivedVolumeReport | null>;
  /** When the latest whole report was asked for, on the manager's monotonic clock. */
  readonly wholeMonoMs: number;
  /** When it was made, on the proxy's. */
  readonly wholeMadeMs: number;
  /** When `seq` was read, on the manager's monotonic clock: what is asked for after that has no lower one. */
  readonly seqReadMonoMs: number;
  /** The request that was the first to hear of this epoch, and the latest that has heard of it. */
  readonly generations: { readonly first: number; readonly latest: number };
  /** Epochs that are over; the latest of them. */
  readonly retired: readonly string[];
  /** Polls that this epoch has answered. */
  readonly polls: number;
  /** Polls answered since an epoch that is over answered a new request; Infinity if none ever did. */
  readonly pollsSinceMix: number;
  /** An epoch that is over, and yet the only one to have answered the latest polls: how many. */
  readonly returning: { readonly epoch: string; readonly polls: number } | null;
}

/** What is known of a proxy that is asked over REST, and has no place in a report of ours. */
export interface RestFindings {
  readonly warnings: readonly string[];
  /** Volumes that it had until lately and does not name any more. */
  readonly unlisted: readonly string[];
}

/** A message with what the manager knows of its way. */
export interface Arrival {
  readonly message: Message;
  /** Whether it answers a poll; else it came by the stream. */
  readonly isPoll: boolean;
  /** The manager's own count of its requests: a stream is one request. */
  readonly generation: number;
  /** When the request was made, and when the message was read, on the manager's monotonic clock. */
  readonly askedMonoMs: number;
  readonly readMonoMs: number;
}

export type Message =
  | { readonly type: 'report'; readonly report: ReceivedReport; readonly rest?: RestFindings }
  | { readonly type: 'unchanged'; readonly epoch: string; readonly seq: number; readonly mono_ms: number }
  | Exclude<ReceivedEvent, { type: 'snapshot' }>;

/**
 * What became of a message. `old`: overtaken by another. `gap`: something before it is missing, so that a whole report
 * is needed. `foreign`: of an epoch that is over; `mixed`: of one that is over, though the request is a new one.
 */
export type Fate = 'taken' | 'old' | 'gap' | 'foreign' | 'mixed';

export interface NextReceived extends News {
  readonly received: Received | null;
  readonly fate: Fate;
}

/** What moved. */
export interface News {
  /** The volumes of which something moved, if only what was measured. */
  readonly touched: readonly string[] | 'all';
  /** Whether nothing else moved than what each check measures anew. */
  readonly isMeasuredOnly: boolean;
}

export const NO_NEWS: News = { touched: [], isMeasuredOnly: true };

const MAX_RETIRED = 100;

/** A proxy is one behind its address when so many polls in a row were answered by the same. */
export const POLLS_TO_BE_ONE = 10;

/**
 * What is known after a message, by whatever way it came: the one place where the order of messages is decided. Within
 * an epoch the higher `seq` holds, and at the same `seq` the later clock; across epochs the later request. An epoch that
 * is over does not come back, unless it alone answers one new poll after the other. Pure.
 */
export function nextReceived(previous: Received | null, arrival: Arrival): NextReceived {
  const { message, generation } = arrival;
  const { epoch } = message.type === 'report' ? message.report : message;
  if (previous?.epoch === epoch) return nextOfEpoch(counted(previous, arrival), arrival);
  if (previous !== null && previous.retired.includes(epoch)) {
    if (generation <= previous.generations.first) return dropped(previous, 'foreign');
    const returning = nextReturning(previous.returning, arrival, epoch);
    const mixed = { ...previous, pollsSinceMix: 0, returning };
    // Of two proxies behind one address the other one is gone: it was over only by comparison.
    const isBack =
      message.type === 'report' && returning?.epoch === epoch && (returning?.polls ?? 0) >= POLLS_TO_BE_ONE;
    return isBack ? first(mixed, message.report, arrival) : { ...dropped(mixed, 'mixed') };
  }
  if (previous !== null && generation <= previous.generations.latest) return dropped(previous, 'foreign');
  if (message.type !== 'report') return dropped(previous, 'gap');
  return first(previous, message.report, arrival);
}

function first(previous: Received | null, report: ReceivedReport, arrival: Arrival): NextReceived {
  const received = firstOfEpoch(previous, report, arrival);
  return { received, fate: 'taken', touched: 'all', isMeasuredOnly: false };
}

function nextReturning(before: Received['returning'], { isPoll }: Arrival, epoch: string): Received['returning'] {
  if (!isPoll) return before;
  return { epoch, polls: before?.epoch === epoch ? before.polls + 1 : 1 };
}

function firstOfEpoch(previous: Received | null, report: ReceivedReport, arrival: Arrival): Received {
  const { generation, isPoll, askedMonoMs, readMonoMs } = arrival;
  return {
    ...whole(report, report.mono_ms),
    seqReadMonoMs: readMonoMs,
    epoch: report.epoch,
    rest: restIn(arrival),
    offsetMs: askedMonoMs - report.mono_ms,
    wholeMonoMs: askedMonoMs,
    generations: { first: generation, latest: generation },
    retired: retiredBy(previous, report.epoch),
    polls: isPoll ? 1 : 0,
    pollsSinceMix:
      (previous?.returning?.epoch === report.epoch ? POLLS_TO_BE_ONE : (previous?.pollsSinceMix ?? Infinity)) +
      (isPoll ? 1 : 0),
    returning: null,
  };
}

function retiredBy(previous: Received | null, epoch: string): readonly string[] {
  if (previous === null) return [];
  return [...previous.retired, previous.epoch].filter((over) => over !== epoch).slice(-MAX_RETIRED);
}

/** Every message says that its epoch is alive; what it says beside that may be old all the same. */
function counted(previous: Received, { isPoll, generation }: Arrival): Received {
  const { generations, polls, pollsSinceMix } = previous;
  return {
    ...previous,
    generations: { ...generations, latest: Math.max(generations.latest, generation) },
    ...(isPoll ? { polls: polls + 1, pollsSinceMix: pollsSinceMix + 1, returning: null } : {}),
  };
}

function nextOfEpoch(previous: Received, arrival: Arrival): NextReceived {
  const { message, isPoll, askedMonoMs } = arrival;
  switch (message.type) {
    case 'report': {
      const { report } = message;
      if (isOvertaken(previous, arrival, report)) return dropped(previous, 'old');
      // A stream may have been opened long before it sends a snapshot: only a poll tells how the clocks stand.
      const timed = isPoll ? { ...previous, offsetMs: askedMonoMs - report.mono_ms } : previous;
      const times = { wholeMonoMs: askedMonoMs, seqReadMonoMs: arrival.readMonoMs };
      const received = { ...timed, ...whole(report, heardMs(timed, arrival)), ...times, rest: restIn(arrival) };
      return { received, fate: 'taken', touched: 'all', isMeasuredOnly: false };
    }
    case 'unchanged': {
      if (message.seq !== previous.seq) return dropped(previous, message.seq < previous.seq ? 'old' : 'gap');
      const timed = { ...previous, offsetMs: askedMonoMs - message.mono_ms };
      return { received: { ...timed, monoMs: heardMs(timed, arrival) }, fate: 'taken', ...NO_NEWS };
    }
    case 'change': {
      if (message.seq <= previous.seq) return dropped(previous, 'old');
      if (message.after > previous.seq) return dropped(previous, 'gap');
      const { volume, report, seq } = message;
      const monoMs = heardMs(previous, arrival);
      const volumes = new Map(previous.volumes).set(volume, report && notAhead(report, monoMs));
      return {
        received: { ...previous, seq, monoMs, volumes, seqReadMonoMs: arrival.readMonoMs },
        fate: 'taken',
        touched: [volume],
        isMeasuredOnly: false,
      };
    }
    default: {
      if (message.seq > previous.seq) return dropped(previous, 'gap');
      // A ping tells of nothing: a report that was made before it is no older for that.
      if (message.type === 'ping') return { received: previous, fate: 'taken', ...NO_NEWS };
      // A poll that was asked later may have been faster: what it has told of every check holds.
      if (message.mono_ms < previous.wholeMadeMs) return dropped(previous, 'old');
      return withMeasured({ ...previous, monoMs: heardMs(previous, arrival) }, message);
    }
  }
}

/** A count that went back all the same, as that of a machine restored from a copy does, is told by what is asked later. */
function isOvertaken(previous: Received, { isPoll, askedMonoMs }: Arrival, report: ReceivedReport): boolean {
  if (isPoll && askedMonoMs > previous.seqReadMonoMs && report.seq < previous.seq) return false;
  return report.seq < previous.seq || (report.seq === previous.seq && report.mono_ms < previous.monoMs);
}

function dropped(received: Received | null, fate: Fate): NextReceived {
  return { received, fate, ...NO_NEWS };
}

function whole({ seq, mono_ms, version, volumes }: ReceivedReport, monoMs: number) {
  const read = Array.from(volumes, ([name, volume]) => [name, volume && notAhead(volume, monoMs)] as const);
  return { seq, monoMs, wholeMadeMs: mono_ms, version: version ?? null, volumes: new Map(read) };
}

const restIn = ({ message }: Arrival): RestFindings | null =>
  message.type === 'report' ? (message.rest ?? null) : null;

/** How far the proxy's clock has come; one that claims the future is not believed. */
function heardMs({ monoMs, offsetMs }: Received, { message, readMonoMs }: Arrival): number {
  const said = message.type === 'report' ? message.report.mono_ms : message.mono_ms;
  return Math.max(monoMs, Math.min(said, readMonoMs - offsetMs));
}

/** No check is younger than the message that tells of it; where that is all there is to go by, it is as old. */
function notAhead<Times extends { readonly checked_mono_ms?: number | null | undefined }>(
  times: Times,
  monoMs: number,
): Times {
  const { checked_mono_ms } = times;
  return checked_mono_ms != null && checked_mono_ms <= monoMs ? times : { ...times, checked_mono_ms: monoMs };
}

/** What checks have measured since; never older times than are known, and of no volume that was not heard of. */
function withMeasured(previous: Received, beat: Extract<Message, { type: 'beat' }>): NextReceived {
  const volumes = new Map(previous.volumes);
  const touched: string[] = [];
  for (const [name, said] of beat.volumes) {
    const volume = volumes.get(name);
    if (volume == null || said === null) continue;
    const { checks = [], ...measured } = notAhead(said, previous.monoMs);
    // Of several checks the one that was made longest ago counts: another may have moved without it.
    if ((measured.checked_mono_ms ?? -Infinity) < (volume.checked_mono_ms ?? -Infinity)) continue;
    const moved = volume.checks?.map((check) => {
      const { info = check.info, ...times } = checks.find(({ name: other }) => other === check.name) ?? {};
      return { ...check, ...times, info };
    });
    volumes.set(name, { ...volume, ...measured, ...(moved === undefined ? {} : { checks: moved }) });
    touched.push(name);
  }
  return { received: { ...previous, volumes }, fate: 'taken', touched, isMeasuredOnly: true };
}
