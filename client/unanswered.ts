import { AskingFailed } from './failure.ts';

/**
 * An error of `fetch` as it is, unless the other side has hung up on plain HTTP without a word: that is what a server of
 * HTTPS does, and then said.
 */
export function explainUnanswered(url: string, error: unknown): unknown {
  if (!url.startsWith('http:') || !isUnanswered(error)) return error;
  const message = 'connection was closed before an answer came: https:// instead of http://?';
  return new AskingFailed('cut', message, { cause: error });
}

/** By undici's `SocketError`, which counts what has come over the connection. */
function isUnanswered(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    const { code, socket } = link as { code?: unknown; socket?: { bytesRead?: unknown } };
    if (code === 'UND_ERR_SOCKET') return socket?.bytesRead === 0;
  }
  return false;
}
