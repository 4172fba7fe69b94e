/** What came of a call that may fail: its value, or why there is none. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error };

/**
 * Makes an optional call within its own slice of time, and returns its failure as a value. Never rejects; the call is
 * told to stop by its signal, and not waited for.
 */
export async function attempt<T>(
  call: (signal: AbortSignal) => Promise<T>,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<Attempt<T>> {
  const slice = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))]);
  const aborted = Promise.withResolvers<never>();
  // Nobody may come to wait for it.
  aborted.promise.catch(() => {});
  const onAbort = () => {
    aborted.reject(slice.reason);
  };
  slice.addEventListener('abort', onAbort, { once: true });
  if (slice.aborted) onAbort();
  try {
    return { ok: true, value: await Promise.race([call(slice), aborted.promise]) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    slice.removeEventListener('abort', onAbort);
  }
}
