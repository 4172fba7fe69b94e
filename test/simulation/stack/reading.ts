import type { Kernel, Machine } from '../world/kernel.ts';

/** A client that reads what arrives, or hangs for a while. */
export interface Reading {
  /** Bodies that come by this `fetch` are read only while it does not hang. */
  readonly fetch: typeof fetch;
  /** What comes due while it hangs waits as long again. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly stall: () => void;
  readonly resume: () => void;
}

export function createReading(over: typeof fetch, { kernel, client }: { kernel: Kernel; client: Machine }): Reading {
  let hanging: PromiseWithResolvers<void> | null = null;
  return {
    async fetch(input, init) {
      const { body, status, headers } = await over(input, init);
      return new Response(body === null ? null : whileReading(body), { status, headers });
    },
    after(ms, run) {
      const due = (): void => {
        if (hanging === null) run();
        else cancel = client.clock.after(ms, due);
      };
      let cancel = client.clock.after(ms, due);
      return () => cancel();
    },
    stall() {
      hanging ??= Promise.withResolvers<void>();
    },
    resume() {
      const hung = hanging;
      hanging = null;
      // It is the client that goes on.
      if (hung !== null) kernel.after(0, client, hung.resolve);
    },
  };

  function whileReading(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
    const reader = body.getReader();
    return new ReadableStream(
      {
        async pull(controller) {
          await hanging?.promise;
          const { value } = await reader.read();
          await hanging?.promise;
          if (value === undefined) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }
}
