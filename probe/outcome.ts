/** How one probe ended. */
export type Outcome<A> =
  | { readonly kind: 'answer'; readonly answer: A }
  | { readonly kind: 'error'; readonly error: unknown }
  /** `waitedMs`: since the call was made; it grows while the same call stays out. */
  | { readonly kind: 'timeout'; readonly timeoutMs: number; readonly waitedMs: number };

/** Asks once and says how it ended; never rejects, whatever `ask` throws. */
export async function outcomeOf<A>(ask: (signal: AbortSignal) => Promise<A>, signal: AbortSignal): Promise<Outcome<A>> {
  try {
    return { kind: 'answer', answer: await ask(signal) };
  } catch (error) {
    return { kind: 'error', error };
  }
}

/** Whether a call ended because `signal` told it to, and so says nothing of its target. */
export function isAborted<A>(signal: AbortSignal, outcome: Outcome<A>): boolean {
  if (outcome.kind !== 'error') return false;
  const { error } = outcome;
  return (
    error === signal.reason ||
    (error instanceof Error && (error.name === 'AbortError' || error.cause === signal.reason))
  );
}
