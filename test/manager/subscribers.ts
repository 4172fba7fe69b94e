import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';

const QUERY = 'subscription { volumeHealthChanged { type host remaining current { statusInfo } } }';
const BODY = JSON.stringify({ query: QUERY });

/** The same stream on both of the manager's faces, as it is asked for over a bare socket. */
export const REQUESTS = {
  'a GraphQL subscription': [
    'POST /graphql HTTP/1.1',
    'host: manager',
    'accept: text/event-stream',
    'content-type: application/json',
    `content-length: ${BODY.length}`,
    '',
    BODY,
  ].join('\r\n'),
  "tRPC's watch": ['GET /trpc/watch HTTP/1.1', 'host: manager', 'accept: text/event-stream', '', ''].join('\r\n'),
};

/** Opens a stream, and reads no more than its beginning. */
export async function openStream(port: number, request: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(request);
  await once(socket, 'data');
  socket.pause();
  return socket;
}

/** Waits until a count grows no more, and gives it. */
export async function settledCount(count: () => number): Promise<number> {
  let before = -1;
  const isSettled = () => {
    const settled = count() === before;
    before = count();
    return settled;
  };
  await expect.poll(isSettled, { interval: 200, timeout: 10_000 }).toBe(true);
  return before;
}
