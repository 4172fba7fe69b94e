import type { Reason } from '../../schema/reason.ts';

/** What became of a call on a management API that gave nothing to judge by. */
export type ApiFailureKind = keyof typeof READINGS;

/** What each kind says: a reason, and the end of a sentence that begins with the name of the system. */
export const READINGS = {
  unreachable: ['API_UNREACHABLE', 'API cannot be reached'],
  untrusted: ['API_UNREACHABLE', 'API has a certificate that is not trusted'],
  timeout: ['API_UNREACHABLE', 'API does not answer in time'],
  refused: ['API_AUTH_FAILED', 'API authentication failed'],
  forbidden: ['API_AUTH_FAILED', 'API denies what has to be asked'],
  error: ['API_ERROR', 'API answers with an error'],
  unreadable: ['API_BAD_ANSWER', 'API gave an answer that cannot be relied on'],
} as const satisfies Record<string, readonly [Reason, string]>;

export interface ApiFailureDetails {
  readonly kind: ApiFailureKind;
  /** Whose API it is, as people call it: `WEKA`. */
  readonly system: string;
  /** Of the answer, if one came. */
  readonly status?: number;
  /** What it held, if that was JSON. */
  readonly body?: unknown;
}

/**
 * A management API could not be asked, or its answer is of no use: that says nothing about the data behind it. The
 * message is for administrators, one line: it may name endpoints and codes. It may quote an answer, and so whatever a
 * server tells again of what it was sent: `apiCheck` takes the secrets out.
 */
export class ApiFailed extends Error {
  override readonly name = 'ApiFailed';
  readonly kind: ApiFailureKind;
  readonly system: string;
  readonly status: number | null;
  readonly body: unknown;
  constructor(message: string, { kind, system, status, body }: ApiFailureDetails, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.system = system;
    this.status = status ?? null;
    this.body = body ?? null;
  }
}

/**
 * As much as an error quotes of an answer; what is shown is cut once the secrets are out of it, because a part of one
 * could not be found.
 */
export const LONGEST_QUOTE = 4_096;

/** A word of the vendor's that is not in our table: nothing can be told from it. */
export function unknownWord(system: string, field: string, word: unknown): ApiFailed {
  const said = JSON.stringify(String(word).slice(0, LONGEST_QUOTE));
  return new ApiFailed(`${system} API answered ${field} ${said}, a word that is not known here`, {
    kind: 'unreadable',
    system,
  });
}
