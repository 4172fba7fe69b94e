import { createRestAsking, type RestAskingOptions } from './rest-asking.ts';

export interface HealthPollOptions extends RestAskingOptions {
  /** Of one answer. Default: 8 MiB. */
  readonly maxBytes?: number;
}

export interface PollOptions {
  /** What the caller has already, as `epoch:seq`: the proxy may leave out what has not changed since. */
  readonly known: string | null;
  /** Ends the poll. There is no other limit of time. */
  readonly signal: AbortSignal;
}

export type HealthPoll = (options: PollOptions) => Promise<unknown>;

/** Where a proxy of ours answers. */
export const HEALTH_PATH = 'manager-api/health';

/**
 * Asks a storage proxy for its report over REST, and gives the JSON as it came. Rejects with an error that
 * `describeFailure` turns into a sentence.
 */
export function createHealthPoll({ maxBytes, ...access }: HealthPollOptions): HealthPoll {
  const ask = createRestAsking(access);
  const limit = maxBytes === undefined ? {} : { maxBytes };
  return async ({ known, signal }) => {
    const path = known === null ? HEALTH_PATH : `${HEALTH_PATH}?known=${encodeURIComponent(known)}`;
    return (await ask({ path, ...limit, signal })).value;
  };
}
