/** The body of a response, as it arrives. */
export interface IncomingBody {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly arrived: (chunk: Uint8Array<ArrayBuffer>) => void;
  readonly ended: () => void;
  /** What has arrived and is not read yet is lost, as it is where a socket fails. */
  readonly failed: (error: unknown) => void;
}

export interface IncomingBodyOptions {
  /** So many bytes have been taken out. */
  readonly onRead: (bytes: number) => void;
  /** Nobody wants the rest. */
  readonly onCancel: () => void;
}

export function createIncomingBody({ onRead, onCancel }: IncomingBodyOptions): IncomingBody {
  const unread: Uint8Array<ArrayBuffer>[] = [];
  let isWanted = false;
  let isWhole = false;
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(given) {
        controller = given;
      },
      pull() {
        isWanted = true;
        give();
      },
      cancel: onCancel,
    },
    // Nothing is taken out that nobody reads.
    { highWaterMark: 0 },
  );
  return {
    stream,
    arrived(chunk) {
      unread.push(chunk);
      give();
    },
    ended() {
      isWhole = true;
      give();
    },
    failed: (error) => controller.error(error),
  };

  function give(): void {
    if (isWanted && unread.length > 0) {
      const chunk = unread.shift()!;
      isWanted = false;
      controller.enqueue(chunk);
      onRead(chunk.length);
    }
    if (isWhole && unread.length === 0) controller.close();
  }
}
