import type { Json, Metadata } from '../../schema/json.ts';
import { type Attempt, attempt } from '../attempt.ts';
import { apiTimeoutMs, type CheckAnswer, type CheckDefinition, type VolumeToOpen } from '../backend.ts';
import { ApiFailed } from './api-failed.ts';
import type { ApiSession } from './api-session.ts';

/** Of the check's time; the rest is for saying that it was not enough. */
const SLICE = 0.9;
/** Of the check's time, what is left when the last call that no verdict needs has to end: what came before must count. */
const MARGIN = 0.05;
const MAX_MESSAGE = 480;

/** One probe of an API, while it lasts. */
export interface ApiProbe {
  readonly api: ApiSession;
  /** Ends every call when the probe has to be over. */
  readonly signal: AbortSignal;
  /** Makes a call that no verdict needs in a part of the check's time, and returns its failure as a value. */
  readonly optional: <T>(call: (signal: AbortSignal) => Promise<T>, part?: number) => Promise<Attempt<T>>;
}

export interface ApiCheckOptions {
  /** Whose API it is, as people call it. */
  readonly system: string;
  readonly session: ApiSession;
  /** Asks and judges. What it rejects with makes the check `unknown`. */
  readonly ask: (probe: ApiProbe) => Promise<CheckAnswer>;
}

/** The `backend` check of a volume whose storage system has a management API. No answer of it holds a secret. */
export function apiCheck(
  volume: Pick<VolumeToOpen<unknown>, 'intervalMs' | 'timeoutMs' | 'isApiOptional'>,
  { system, session, ask }: ApiCheckOptions,
): CheckDefinition {
  const timeoutMs = apiTimeoutMs(volume);
  const sliceMs = Math.floor(timeoutMs * SLICE);
  return {
    name: 'backend',
    intervalMs: volume.intervalMs,
    timeoutMs,
    ...(volume.isApiOptional ? { yieldsToMount: true } : {}),
    async ask(signal) {
      const asked = await attempt((slice) => ask(probeUntil(slice)), { signal, timeoutMs: sliceMs });
      if (asked.ok) return redacted(asked.value, session.redact);
      throw readable(asked.error);
    },
  };

  function probeUntil(slice: AbortSignal): ApiProbe {
    const lastMs = performance.now() + sliceMs - timeoutMs * MARGIN;
    return {
      api: session,
      signal: slice,
      optional(call, part = 1 / 3) {
        const leftMs = Math.max(0, lastMs - performance.now());
        return attempt(call, { signal: slice, timeoutMs: Math.min(timeoutMs * part, leftMs) });
      },
    };
  }

  function readable(error: Error): Error {
    if (error.name === 'TimeoutError') {
      return new ApiFailed(`${system} API gave no whole answer within ${sliceMs / 1_000} s`, {
        kind: 'timeout',
        system,
      });
    }
    const message = session.redact(error.message);
    if (!(error instanceof ApiFailed)) return message === error.message ? error : new Error(message);
    const { kind, status } = error;
    return new ApiFailed(cut(message), { kind, system, ...(status === null ? {} : { status }) });
  }
}

const cut = (text: string): string => (text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text);

function redacted(answer: CheckAnswer, redact: (text: string) => string): CheckAnswer {
  const { summary, info, metadata } = answer;
  return {
    ...answer,
    summary: redact(summary),
    info: info === null ? null : redact(info),
    ...(metadata === undefined ? {} : { metadata: redactedJson(metadata, redact) as Metadata }),
  };
}

function redactedJson(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((each) => redactedJson(each, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [redact(key), redactedJson(each, redact)]));
}
