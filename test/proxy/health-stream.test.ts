import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHealthStream, type HealthStream } from '../../proxy/health-stream.ts';
import type { HealthReport } from '../../schema/health-report.ts';
import { ProxyEvent } from '../../schema/proxy-event.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { createFakeClock, type FakeClock, settled } from '../fake-clock.ts';
import { reportOf } from './reports.ts';

const PING_MS = 2_000;

let clock: FakeClock;
let startMs: number;
let volumes: Record<string, VolumeReport>;
let stream: HealthStream;
let life: AbortController;

beforeEach(() => {
  clock = createFakeClock();
  startMs = clock.mono();
  volumes = { a: reportOf(), b: reportOf(), c: reportOf() };
  life = new AbortController();
  stream = createHealthStream({ epoch: 'e', clock, report, volume: (name) => volumes[name]! });
});
afterEach(() => life.abort());

function report(): HealthReport {
  return {
    status: 'healthy',
    version: '1',
    component: 'storage-proxy',
    proxy: 'p',
    ...stream.position(),
    mono_ms: clock.mono(),
    connectivity: { overall_healthy: true, connectivity_checks: [], timestamp: '' },
    volumes,
  };
}

/** A check that found nothing new. */
function check(name: string): void {
  volumes[name] = { ...volumes[name]!, checked_mono_ms: clock.mono() };
  stream.measured(name, { isOtherFigures: false });
}

/** A check that found the same verdict, and other figures. */
function measure(name: string, used: number): void {
  volumes[name] = { ...volumes[name]!, metadata: { used }, checked_mono_ms: clock.mono() };
  stream.measured(name, { isOtherFigures: true });
}

/** A check that found something new. */
function change(name: string, status_info: string): void {
  check(name);
  volumes[name] = { ...volumes[name]!, status_info };
  stream.publish(name);
}

const watch = ({ lastEventId = null as string | null, pingMs = PING_MS } = {}) =>
  stream.watch({ lastEventId, pingMs, signal: life.signal });

/** Reads without a pause; what it is told is noted with the second and its place in the feed. */
function listen(options: Parameters<typeof watch>[0] = {}): string[] {
  const heard: string[] = [];
  void (async () => {
    for await (const event of watch(options)) heard.push(lineOf(ProxyEvent.parse(event)));
  })();
  return heard;
}

function lineOf(event: ProxyEvent): string {
  const seq = event.type === 'snapshot' ? event.report.seq : event.seq;
  const line = `${(clock.mono() - startMs) / 1_000} s #${seq} ${event.type}`;
  if (event.type === 'change') return `${line} after ${event.after} ${event.volume} ${event.report.status_info}`;
  if (event.type !== 'beat') return line;
  const times = Object.entries(event.volumes).map(
    ([name, { checked_mono_ms }]) => `${name}@${(checked_mono_ms! - startMs) / 1_000}`,
  );
  return `${line} ${times.join(' ')}`;
}

const withoutPings = (heard: readonly string[]) => heard.filter((line) => !line.endsWith('ping'));

describe('a reader of the health stream', () => {
  it('hears pings alone while nothing moves, each with its own place', async () => {
    change('a', 'x');
    const heard = listen();
    await clock.advance(24_000);
    expect(heard[0]).toBe('0 s #1 snapshot');
    expect(heard.slice(1)).toEqual(Array.from({ length: 12 }, (_, i) => `${2 * (i + 1)} s #1 ping`));
  });

  it('hears no ping before it has heard nothing for so long', async () => {
    const heard = listen();
    await clock.advance(1_500);
    change('a', 'x');
    await clock.advance(3_000);
    expect(heard).toEqual(['0 s #0 snapshot', '1.5 s #1 change after 0 a x', '3.5 s #1 ping']);
  });

  it('is told times that moved once in 10 s, and only those', async () => {
    const heard = listen();
    await settled();
    for (let second = 1; second <= 30; second += 1) {
      await clock.advance(1_000);
      if (second < 15) check('a');
      if (second === 22) check('b');
    }
    expect(withoutPings(heard)).toEqual([
      '0 s #0 snapshot',
      '10 s #0 beat a@9',
      '20 s #0 beat a@14',
      '30 s #0 beat b@22',
    ]);
  });

  it('is told times though it wants to hear pings more rarely', async () => {
    const heard = listen({ pingMs: 60_000 });
    await settled();
    check('a');
    await clock.advance(70_000);
    expect(heard).toEqual(['0 s #0 snapshot', '10 s #0 beat a@0', '70 s #0 ping']);
  });

  it('is told figures with the times, once, and only where they moved', async () => {
    const beats: unknown[] = [];
    void (async () => {
      for await (const event of watch()) {
        if (event.type === 'beat')
          beats.push(Object.entries(event.volumes).map(([name, { metadata }]) => [name, metadata]));
      }
    })();
    await clock.advance(1_000);
    measure('a', 5);
    check('b');
    await clock.advance(10_000);
    check('a');
    await clock.advance(10_000);
    expect(beats).toEqual([
      [
        ['a', { used: 5 }],
        ['b', undefined],
      ],
      [['a', undefined]],
    ]);
  });

  it('is told no times again that a change has told', async () => {
    const heard = listen();
    await clock.advance(5_000);
    change('a', 'x');
    check('b');
    await clock.advance(5_000);
    expect(withoutPings(heard).slice(2)).toEqual(['10 s #1 beat b@5']);
  });

  it('is told times that moved after a change has told others', async () => {
    const heard = listen();
    await clock.advance(5_000);
    change('a', 'x');
    await clock.advance(1_000);
    check('a');
    await clock.advance(4_000);
    expect(withoutPings(heard).slice(2)).toEqual(['10 s #1 beat a@6']);
  });

  it('is told times also while changes come without a pause', async () => {
    const reader = watch();
    await reader.next();
    const told: string[] = [];
    for (let i = 1; i <= 24; i += 1) {
      check('c');
      for (const name of ['a', 'b']) change(name, `${i}`);
      await clock.advance(500);
      told.push(lineOf((await reader.next()).value!));
    }
    expect(told.filter((line) => !line.includes('change'))).toEqual(['10 s #37 beat c@9.5']);
  });

  it('is never told times that are newer than the verdict it has', async () => {
    const reader = watch();
    await reader.next();
    await clock.advance(11_000);
    change('a', 'x');
    change('b', 'offline now');
    for (const name of ['b', 'c']) check(name);
    const told = [await reader.next(), await reader.next(), await reader.next()].map(({ value }) => lineOf(value!));
    expect(told).toEqual(['11 s #1 change after 0 a x', '11 s #1 beat c@11', '11 s #2 change after 1 b offline now']);
  });

  it('that is slow hears no pings as long as there is something to say', async () => {
    const reader = watch();
    await reader.next();
    for (const name of ['a', 'b']) change(name, 'x');
    const types: (string | undefined)[] = [];
    for (let i = 0; i < 2; i += 1) {
      types.push((await reader.next()).value?.type);
      await clock.advance(PING_MS);
    }
    expect(types).toEqual(['change', 'change']);
  });

  it('is told with a change the times of when it is told', async () => {
    const reader = watch();
    await reader.next();
    change('a', 'x');
    await clock.advance(3_000);
    check('a');
    const { value } = await reader.next();
    expect(value).toMatchObject({ type: 'change', seq: 1, report: { checked_mono_ms: startMs + 3_000 } });
  });

  it('is told the clock of when it is told', async () => {
    const reader = watch();
    await reader.next();
    const ping = reader.next();
    await clock.advance(PING_MS);
    expect((await ping).value).toEqual({ type: 'ping', epoch: 'e', seq: 0, mono_ms: startMs + PING_MS });
  });

  it('leaves no timer behind', async () => {
    listen();
    await clock.advance(5_000);
    expect(clock.timers()).toBe(1);
    life.abort();
    await settled();
    expect(clock.timers()).toBe(0);
  });
});

describe('a reader that goes on from where it was', () => {
  it('is told at once the times of all volumes, in place of a snapshot', async () => {
    change('a', 'x');
    check('b');
    const heard = listen({ lastEventId: 'e:1' });
    await clock.advance(3_000);
    expect(heard).toEqual(['0 s #1 beat a@0 b@0 c@-1', '2 s #1 ping']);
  });

  it('is given what it missed, and then times, each once in 10 s from then on', async () => {
    change('a', 'x');
    change('b', 'y');
    const heard = listen({ lastEventId: 'e:0' });
    await clock.advance(9_000);
    check('a');
    await clock.advance(11_000);
    expect(withoutPings(heard)).toEqual([
      '0 s #1 change after 0 a x',
      expect.stringMatching(/^0 s #1 beat/),
      '0 s #2 change after 1 b y',
      '10 s #2 beat a@9',
    ]);
  });

  it.each(['f:1', 'e:7', 'nonsense', ''])('gets a snapshot where it was at %j', async (lastEventId) => {
    change('a', 'x');
    expect((await watch({ lastEventId }).next()).value).toMatchObject({ type: 'snapshot', report: { seq: 1 } });
  });
});

describe('readers of different pace', () => {
  it('do not wait for each other, and the silent one holds nothing but its place', async () => {
    const quick = listen();
    const silent = watch();
    await silent.next();
    const timers = clock.timers();
    for (let i = 1; i <= 10_000; i += 1) {
      change(i % 2 === 0 ? 'a' : 'b', `${i}`);
      await Promise.resolve();
    }
    await expect.poll(() => quick.at(-1)).toMatch(/#10000 change after \d+ a 10000$/);
    expect(clock.timers()).toBe(timers);
    const told = [await silent.next(), await silent.next()].map(({ value }) => lineOf(value!));
    expect(told).toEqual(['0 s #9999 change after 0 b 9999', '0 s #10000 change after 9999 a 10000']);
  });
});
