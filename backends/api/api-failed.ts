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

/** Longer words are not quoted: what is shown is cut, and of a secret that was cut before, a part could not be found. */
const LONGEST_QUOTE = 4_096;

export const quotable = (words: string): string => (words.length > LONGEST_QUOTE ? 'words without an end' : words);

/** A word of the vendor's that is not in our table: nothing can be told from it. */
export function unknownWord(system: string, field: string, word: unknown): ApiFailed {
  const said = JSON.stringify(quotable(String(word)));
  return unreadable(system, `${system} API answered ${field} ${said}, a word that is not known here`);
}

/** An answer came, and nothing can be told from it. */
export function unreadable(system: string, message: string): ApiFailed {
  return new ApiFailed(message, { kind: 'unreadable', system });
}
