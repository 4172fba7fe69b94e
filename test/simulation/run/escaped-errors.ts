import { setImmediate } from 'node:timers/promises';

/** Errors that nobody has taken, in all of this process. */
export interface EscapedErrors {
  /** Never resolves; rejects with the first of them. */
  readonly first: Promise<never>;
  /** Resolves once all of them are known that what has run so far has left behind. */
  readonly settle: () => Promise<void>;
  /** Gives the process back to whoever took such errors before. */
  readonly release: () => void;
}

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/** Takes the errors that nobody takes, and keeps them from whoever would end the process for them. */
export function catchEscapedErrors(): EscapedErrors {
  const { promise: first, reject } = Promise.withResolvers<never>();
  first.catch(() => {});
  const take = (error: unknown): void => reject(error);
  const before = EVENTS.map((event) => [event, process.rawListeners(event) as (() => void)[]] as const);
  for (const event of EVENTS) process.removeAllListeners(event).on(event, take);
  return {
    first,
    // Node tells of a rejection once nothing is left that could still take it: after all promises, before this.
    settle: () => setImmediate(),
    release() {
      for (const event of EVENTS) process.removeListener(event, take);
      for (const [event, listeners] of before) for (const listener of listeners) process.on(event, listener);
    },
  };
}
