import { z } from 'zod';
import { AskingFailed, describeFailure } from '../../client/failure.ts';
import type { CheckStatus } from '../../schema/status.ts';
import type { Metadata } from '../../schema/json.ts';
import { printable } from '../../schema/printable.ts';
import type { Reason } from '../../schema/reason.ts';
import { boundedMetadata } from './bounded-metadata.ts';

/** What came of asking a proxy of Backend.AI for one volume, as a verdict. */
export interface Hwinfo {
  readonly status: CheckStatus;
  readonly reason: Reason;
  /** Safe to show to anyone: our own words, whatever the proxy says. */
  readonly sentence: string;
  /** What was said, for an administrator. */
  readonly info: string | null;
  readonly metadata: Metadata;
}

const Answer = z.object({
  status: z.string(),
  status_info: z.string().nullable().catch(null),
  metadata: z.unknown().optional(),
});

const MAX_WORD_BYTES = 60;

/** The words that Backend.AI has for a volume. */
const WORDS: Readonly<Record<string, Pick<Hwinfo, 'status' | 'reason'>>> = {
  healthy: { status: 'pass', reason: 'OK' },
  degraded: { status: 'warn', reason: 'STORAGE_DEGRADED' },
  offline: { status: 'fail', reason: 'STORAGE_DOWN' },
  unavailable: { status: 'unknown', reason: 'HWINFO_FAILED' },
};

/** Reads `GET /volume/hwinfo`. Throws a `ZodError` where it has no status; a word that nobody knows is told as such. */
export function parseHwinfo(value: unknown): Hwinfo {
  const { status: word, status_info, metadata } = Answer.parse(value);
  const known = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (known === undefined) {
    return {
      status: 'unknown',
      reason: 'UNREADABLE_REPORT',
      sentence: 'the storage proxy has a word for it that is not known here',
      info: `the storage proxy says ${JSON.stringify(printable(word, MAX_WORD_BYTES))}`,
      metadata: boundedMetadata(metadata),
    };
  }
  return {
    ...known,
    sentence: `${word}, as the storage proxy says`,
    info: status_info === null ? null : printable(status_info),
    metadata: boundedMetadata(metadata),
  };
}

/** What an error says of the volume: that it cannot be told, and why. */
export function failedHwinfo(error: unknown): Hwinfo {
  const { kind, message } = describeFailure(error);
  const info = printable(message);
  const nothing = { status: 'unknown', info, metadata: {} } as const;
  if (kind === 'timeout') {
    return { ...nothing, reason: 'CHECK_TIMEOUT', sentence: 'the storage proxy did not tell in time how it is' };
  }
  if (kind === 'unreadable' || kind === 'too_large') {
    const sentence = 'what the storage proxy says of it cannot be read';
    return { ...nothing, reason: 'UNREADABLE_REPORT', sentence };
  }
  return { ...nothing, reason: 'HWINFO_FAILED', sentence: 'the storage proxy cannot say how it is' };
}

/** Whether a failure is one of the way to the proxy, which a poll of it tells more of. */
export function isLostWay(error: unknown): boolean {
  return LOST_WAY.has(describeFailure(error).kind);
}

const LOST_WAY: ReadonlySet<AskingFailed['kind']> = new Set(['refused', 'dns', 'tls', 'cut', 'unreachable']);
