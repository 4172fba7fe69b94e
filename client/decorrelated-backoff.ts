export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

export interface Backoff {
  /** How long to wait before the next attempt. */
  readonly nextMs: () => number;
  /** The attempt was worth it: the next delay is a short one again. */
  readonly reset: () => void;
}

/**
 * Delays that grow and spread: each lies between the shortest and three times the one before it, so that the clients of a
 * server that restarts come back one after the other (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function createDecorrelatedBackoff({ minMs, maxMs, random }: BackoffOptions): Backoff {
  let previousMs = minMs;
  return {
    nextMs() {
      previousMs = Math.min(maxMs, minMs + random() * (3 * previousMs - minMs));
      return previousMs;
    },
    reset() {
      previousMs = minMs;
    },
  };
}
