import { describe, expect, it } from 'vitest';
import { createProxyLink, type ProxyAccess } from '../../manager/proxy-link.ts';
import { createFakeClock } from '../fake-clock.ts';

const WELL = { status: 'healthy', status_info: 'usable', backend: 'vfs', last_checked_at: '2026-01-22T10:00:00Z' };
const report = (epoch: string, seq: number, mono_ms = 1_000) => ({ epoch, seq, mono_ms, volumes: { v: WELL } });
const change = (seq: number, after = seq - 1) => ({
  type: 'change',
  epoch: 'a',
  seq,
  after,
  mono_ms: 1_500,
  volume: 'v',
  report: { ...WELL, status_info: `change ${seq}` },
});

interface Handlers {
  readonly onData: (envelope: { data: unknown }) => void;
  readonly onConnectionStateChange: (state: { state: string; error: Error | null }) => void;
  readonly onError: (error: Error) => void;
}

/** A link to a proxy whose answers and stream the test gives by hand. */
function createLink({ doubtAfterMs = 0 } = {}) {
  const clock = createFakeClock();
  const asked: (string | null)[] = [];
  const streams: { readonly input: Record<string, unknown>; readonly handlers: Handlers; ended: boolean }[] = [];
  const seen = { news: 0, doubts: 0 };
  let answer: unknown = report('a', 5);
  const watch = {
    subscribe(input: Record<string, unknown>, handlers: Handlers) {
      const stream = { input, handlers, ended: false };
      streams.push(stream);
      return {
        unsubscribe: () => {
          stream.ended = true;
        },
      };
    },
  };
  const access: ProxyAccess = {
    client: { health: { watch } } as never,
    poll: async ({ known }) => {
      asked.push(known);
      return answer;
    },
  };
  const link = createProxyLink({
    access,
    clock,
    pingMs: 2_000,
    onNews: () => (seen.news += 1),
    onDoubt: () => (seen.doubts += 1),
    doubtAfterMs: () => doubtAfterMs,
  });
  const stream = () => streams.at(-1)!.handlers;
  return {
    clock,
    link,
    asked,
    streams,
    seen,
    poll: () => link.poll(new AbortController().signal),
    answers: (next: unknown) => {
      answer = next;
    },
    open: () => stream().onConnectionStateChange({ state: 'pending', error: null }),
    cut: () => stream().onConnectionStateChange({ state: 'connecting', error: new Error('cut') }),
    say: (data: unknown) => stream().onData({ data }),
    refuse: () => stream().onError(new Error('no such procedure')),
    info: () => link.received()?.volumes.get('v')?.status_info,
  };
}

/** Polled once, and listening. */
async function createListening(options?: Parameters<typeof createLink>[0]) {
  const made = createLink(options);
  await made.poll();
  made.link.listen();
  made.open();
  return made;
}

describe('a poll', () => {
  it('asks for everything until the stream tells of the rest, and then for what is not known', async () => {
    const { poll, link, open, asked, answers, say } = createLink();
    await poll();
    await poll();
    link.listen();
    await poll();
    open();
    say(change(6));
    answers({ unchanged: true, epoch: 'a', seq: 6, mono_ms: 2_000 });
    await poll();
    expect(asked).toEqual([null, null, null, 'a:6']);
  });

  it('asks for everything again after a while, and whenever somebody wants it', async () => {
    const { clock, poll, link, asked } = await createListening();
    await poll();
    link.wantWhole();
    await poll();
    await poll();
    await clock.advance(300_001);
    await poll();
    expect(asked.slice(1)).toEqual(['a:5', null, 'a:5', null]);
  });

  it('asks for what came after a cut once, then for everything as long as there is no stream', async () => {
    const { poll, cut, asked } = await createListening();
    cut();
    for (let polls = 0; polls < 3; polls += 1) await poll();
    expect(asked.slice(1)).toEqual(['a:5', null, null]);
  });

  it('asks for everything after a poll that failed', async () => {
    const { poll, asked, answers } = await createListening();
    answers('no report');
    await expect(poll()).rejects.toThrow('Invalid input');
    answers(report('a', 5));
    await poll();
    expect(asked.slice(1)).toEqual(['a:5', null]);
  });
});

describe('a stream', () => {
  it('is asked to go on from what is known, and to ping as often as the manager wants', async () => {
    const { streams } = await createListening();
    expect(streams.map(({ input }) => input)).toEqual([{ ping_ms: 2_000, lastEventId: 'a:5' }]);
  });

  it('brings news at once', async () => {
    const { say, info, seen } = await createListening();
    say(change(6));
    expect([info(), seen.news]).toEqual(['change 6', 1]);
  });

  it('makes no news of pings', async () => {
    const { say, seen } = await createListening();
    say({ type: 'ping', epoch: 'a', seq: 5, mono_ms: 2_000 });
    expect(seen).toEqual({ news: 0, doubts: 0 });
  });

  it('that is cut has the proxy asked, once, and not for each attempt that fails', async () => {
    const { cut, seen } = await createListening();
    for (let attempts = 0; attempts < 5; attempts += 1) cut();
    expect(seen.doubts).toBe(1);
  });

  it('that is cut together with many others has the proxy asked a little later', async () => {
    const { clock, cut, seen } = await createListening({ doubtAfterMs: 700 });
    cut();
    await clock.advance(699);
    expect(seen.doubts).toBe(0);
    await clock.advance(1);
    expect(seen.doubts).toBe(1);
  });

  it('that opens again has the proxy asked at once where no answer came to the latest poll', async () => {
    const { clock, cut, open, seen, poll, answers } = await createListening();
    cut();
    answers('no report');
    await expect(poll()).rejects.toThrow('Invalid input');
    await clock.advance(10_000);
    open();
    expect(seen.doubts).toBe(2);
    answers(report('a', 5));
    await poll();
    await clock.advance(10_000);
    open();
    expect(seen.doubts).toBe(2);
  });

  it('that misses something has the proxy asked for everything, at most once a second', async () => {
    const { clock, say, seen, poll, asked } = await createListening();
    for (let i = 0; i < 100; i += 1) say(change(9, 8));
    expect(seen.doubts).toBe(1);
    await poll();
    expect(asked.at(-1)).toBeNull();
    await clock.advance(1_000);
    say(change(11, 10));
    expect(seen.doubts).toBe(2);
  });

  it('that is cut again within a second has the proxy asked again after it', async () => {
    const { clock, cut, open, seen } = await createListening();
    cut();
    await clock.advance(600);
    open();
    cut();
    expect(seen.doubts).toBe(1);
    await clock.advance(400);
    expect(seen.doubts).toBe(2);
    await clock.advance(10_000);
    expect(seen.doubts).toBe(2);
  });

  it('that speaks of an epoch that is over is left, for one of whoever is there now', async () => {
    const { clock, say, poll, answers, info, streams } = await createListening();
    answers(report('b', 0));
    await poll();
    say(change(6));
    expect([info(), streams.map(({ ended }) => ended)]).toEqual(['usable', [true]]);
    await clock.advance(1_000);
    expect(streams.map(({ input }) => input['lastEventId'])).toEqual(['a:5', 'b:0']);
  });

  it.each([
    ['refuses', (link: Awaited<ReturnType<typeof createListening>>) => link.refuse()],
    ['makes no sense', (link: Awaited<ReturnType<typeof createListening>>) => link.say({ type: 'weather' })],
  ])('that %s is tried again much later; polls bring everything until then', async (_, break_) => {
    const made = await createListening();
    break_(made);
    await made.poll();
    expect(made.asked.at(-1)).toBeNull();
    await made.clock.advance(29_000);
    expect(made.streams.length).toBe(1);
    await made.clock.advance(1_000);
    expect(made.streams.length).toBe(2);
  });

  it('is heard no more once it was left, whatever it still says', async () => {
    const { link, streams, seen, info } = await createListening();
    const [{ handlers }] = streams as [(typeof streams)[number]];
    link.stop();
    handlers.onData({ data: change(6) });
    handlers.onConnectionStateChange({ state: 'connecting', error: new Error('cut') });
    handlers.onError(new Error('gone'));
    expect([info(), seen, streams.length]).toEqual(['usable', { news: 0, doubts: 0 }, 1]);
  });

  it('that waits for its next attempt begins anew where the proxy is back; an open one goes on', async () => {
    const { link, cut, open, streams } = await createListening();
    link.listen();
    expect(streams.length).toBe(1);
    cut();
    link.listen();
    open();
    link.listen();
    expect(streams.map(({ ended }) => ended)).toEqual([true, false]);
  });

  it('leaves no timer behind when it is stopped', async () => {
    const { clock, link, cut, refuse } = await createListening({ doubtAfterMs: 700 });
    cut();
    refuse();
    link.stop();
    expect(clock.timers()).toBe(0);
  });
});

describe('a link that was stopped', () => {
  it('leaves no timer, and has nobody asked, where an answer that was on its way shows that something is missing', async () => {
    const { clock, link, poll, answers, seen } = await createListening();
    answers({ epoch: 'a', seq: 9, mono_ms: 2_000, unchanged: true });
    const polled = poll();
    link.stop();
    expect((await polled).fate).toBe('gap');
    expect([clock.timers(), seen.doubts]).toEqual([0, 0]);
  });
});
