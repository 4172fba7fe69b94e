import { beforeEach, describe, expect, it } from 'vitest';
import { describeFailure } from '../../../client/failure.ts';
import { fetchOverWire } from './fetch-over-wire.ts';
import { createKernel, type Kernel, type Machine } from '../world/kernel.ts';
import { createRandom } from '../world/random.ts';
import type { App, Mangle } from './serve-over-wire.ts';
import { createWire, type Wire } from '../world/wire.ts';

const KIB = 1_024;

let kernel: Kernel;
let wire: Wire;
let client: Machine;
let server: Machine;
beforeEach(() => {
  kernel = createKernel({ drain: () => new Promise((resolve) => setImmediate(resolve)), onHappened() {} });
  wire = createWire(kernel, createRandom('wire'));
  client = kernel.machine('client');
  server = kernel.machine('server');
  wire.serve(server);
});

const fetching = (app: App, mangle?: Mangle): typeof fetch =>
  fetchOverWire({ wire, client, appOn: () => app, ...(mangle === undefined ? {} : { mangle }) });

interface Fate<T> {
  value?: T;
  error?: unknown;
}

/** Has something begin on the client; the test must not wait for it, for time passes only where the test says so. */
function fateOf<T>(begin: () => Promise<T>): Fate<T> {
  const fate: Fate<T> = {};
  kernel.after(0, client, () => void follow());
  return fate;

  async function follow(): Promise<void> {
    try {
      fate.value = await begin();
    } catch (error) {
      fate.error = error;
    }
  }
}

const twice: Mangle = (chunk) => [chunk, chunk];

const failing: App = () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error('broken')) }));

const kindOf = (error: unknown) => [(error as Error).message, describeFailure(error).kind];

/** A body that is made as it is read, and knows how much of it was and whether it is still wanted. */
function endless(chunkBytes: number) {
  const made = { bytes: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        made.bytes += chunkBytes;
        controller.enqueue(new Uint8Array(chunkBytes));
      },
      cancel() {
        made.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { made, body };
}

/** A body of which one chunk has come, and nothing more does. */
const begun = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('begun'));
      },
    }),
  );

describe('fetch over a wire', () => {
  it('has the request answered on the server, and the answer read on the client', async () => {
    const ran: unknown[] = [];
    const app: App = async (request) => {
      ran.push(kernel.running()?.name);
      return new Response(`${request.method} ${await request.text()}`, { status: 201, headers: { 'x-a': 'b' } });
    };
    const answer = fateOf(() =>
      fetching(app)('http://server/', { method: 'POST', body: 'hello' }).then(async (response) => {
        ran.push(kernel.running()?.name);
        return [response.status, response.headers.get('x-a'), await response.text()];
      }),
    );

    await kernel.advance(100);

    expect([answer.value, ran]).toEqual([
      [201, 'b', 'POST hello'],
      ['server', 'client'],
    ]);
    expect(wire.connections()).toBe(0);
  });

  it.each([204, 304])('has no body with the status %i', async (status) => {
    const answer = fateOf(() => fetching(() => new Response(null, { status }))('http://server/'));

    await kernel.advance(100);

    expect([answer.value?.status, answer.value?.body]).toEqual([status, null]);
  });

  it('is refused where nobody listens', async () => {
    wire.serve();
    const answer = fateOf(() => fetching(() => new Response())('http://server/'));

    await kernel.advance(100);

    expect(kindOf(answer.error)).toEqual(['fetch failed', 'refused']);
  });

  it('fails as a cut connection where it is cut, before the answer and within it', async () => {
    const before = fateOf(() => fetching(() => new Promise(() => {}))('http://server/'));
    const within = fateOf(async () => (await fetching(begun)('http://server/')).text());
    await kernel.advance(100);

    wire.cut();
    await kernel.advance(100);

    expect(kindOf(before.error)).toEqual(['fetch failed', 'cut']);
    expect(kindOf(within.error)).toEqual(['terminated', 'cut']);
  });

  it('fails as a cut connection where the body fails that the server makes', async () => {
    const answer = fateOf(async () => (await fetching(failing)('http://server/')).text());

    await kernel.advance(100);

    expect(kindOf(answer.error)).toEqual(['terminated', 'cut']);
    expect(wire.connections()).toBe(0);
  });

  it('tells the server of an abort, and rejects with its reason', async () => {
    const { made, body } = endless(KIB);
    const leaving = new AbortController();
    let signal: AbortSignal | null = null;
    const app: App = (request) => {
      ({ signal } = request);
      return new Response(body);
    };
    const answer = fateOf(async () => {
      const response = await fetching(app)('http://server/', { signal: leaving.signal });
      const reader = response.body!.getReader();
      await reader.read();
      await reader.closed;
    });
    await kernel.advance(100);

    leaving.abort(new Error('enough'));
    await kernel.advance(100);

    expect(answer.error).toEqual(new Error('enough'));
    expect([signal!.aborted, made.isCancelled, wire.connections()]).toEqual([true, true, 0]);
  });

  it('does not ask at all where it is aborted from the start, and never answers where it is before the answer', async () => {
    let asked = 0;
    const app: App = () => {
      asked += 1;
      return new Promise(() => {});
    };
    const never = fateOf(() => fetching(app)('http://server/', { signal: AbortSignal.abort(new Error('never')) }));
    const leaving = new AbortController();
    const late = fateOf(() => fetching(app)('http://server/', { signal: leaving.signal }));
    await kernel.advance(100);

    leaving.abort(new Error('late'));
    await kernel.advance(100);

    expect([never.error, late.error, asked]).toEqual([new Error('never'), new Error('late'), 1]);
    expect(wire.connections()).toBe(0);
  });

  it('leaves the body with the server that the client has not read, but for what fills the buffers', async () => {
    const { made, body } = endless(10 * KIB);
    const answer = fateOf(() => fetching(() => new Response(body))('http://server/'));
    await kernel.advance(1_000);
    expect(made.bytes).toBe(70 * KIB);

    const reader = answer.value!.body!.getReader();
    for (let read = 0; read < 3; read += 1) await reader.read();
    await kernel.advance(1_000);

    expect(made.bytes).toBe(100 * KIB);
  });

  it('lets the server go where the client cancels the body', async () => {
    const { made, body } = endless(KIB);
    const answer = fateOf(() => fetching(() => new Response(body))('http://server/'));
    await kernel.advance(100);

    await answer.value!.body!.cancel();
    await kernel.advance(100);

    expect([made.isCancelled, wire.connections()]).toEqual([true, 0]);
  });

  it('has pieces arrive twice, where it is told so', async () => {
    const answer = fateOf(() =>
      fetching(() => new Response('ab'), twice)('http://server/').then((response) => response.text()),
    );

    await kernel.advance(100);

    expect(answer.value).toBe('abab');
  });

  it('has half a piece arrive and no more, where it is told so', async () => {
    const read: string[] = [];
    const answer = fateOf(async () => {
      const { body } = await fetching(
        () => new Response('abcd'),
        () => 'cut',
      )('http://server/');
      for await (const chunk of body!) read.push(new TextDecoder().decode(chunk));
    });

    await kernel.advance(100);

    expect([read, ...kindOf(answer.error)]).toEqual([['ab'], 'terminated', 'cut']);
    expect(wire.connections()).toBe(0);
  });
});
