import type { ApiFailed } from './api-failed.ts';
import type { HttpAnswer } from './http-client.ts';

export type Headers = Readonly<Record<string, string>>;

/** How calls on an API prove who makes them. */
export interface Authorization {
  /** For the next call; logs in first where that takes a login. Rejects while refused credentials must not be tried. */
  readonly headers: (signal: AbortSignal) => Promise<Headers>;
  /** Whether an answer says that the credentials, and not the call, are refused. */
  readonly isRefusal: (answer: HttpAnswer) => boolean;
  /** Whether the call may be made once more with other headers than these, which were refused. */
  readonly canRenew: (refused: Headers) => boolean;
  /** Hears that these were refused for good; returns the refusal to report. */
  readonly giveUp: (refused: Headers, refusal: ApiFailed) => ApiFailed;
  /** Hears that these were good. */
  readonly accepted: (headers: Headers) => void;
  /** What must not be seen in any answer. */
  readonly secrets: () => readonly string[];
}
