import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrival, type Message, nextReceived, POLLS_TO_BE_ONE, type Received } from '../../manager/received.ts';
import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';

const volume = (status_info: string, checked_mono_ms = 900): ReceivedVolumeReport => ({
  status: 'healthy',
  status_info,
  backend: 'vfs',
  last_checked_at: '2026-01-22T10:00:00Z',
  checked_mono_ms,
  checks: [{ name: 'mount', status: 'pass', reason: 'OK', info: null, checked_at: null, duration_ms: 1 }],
});

const report = (epoch: string, seq: number, mono_ms = 1_000, info = 'usable'): Message => ({
  type: 'report',
  report: { epoch, seq, mono_ms, volumes: new Map([['v', volume(info, mono_ms - 100)]]) },
});
const unchanged = (seq: number, mono_ms: number): Message => ({ type: 'unchanged', epoch: 'a', seq, mono_ms });
const change = (seq: number, follows = seq - 1, info = `change ${seq}`): Message => ({
  type: 'change',
  epoch: 'a',
  seq,
  after: follows,
  mono_ms: 2_000,
  volume: 'v',
  report: volume(info, 1_950),
});
const beat = (seq: number, checked_mono_ms: number): Message => ({
  type: 'beat',
  epoch: 'a',
  seq,
  mono_ms: 2_000,
  volumes: new Map([
    [
      'v',
      {
        last_checked_at: '2026-01-22T10:00:10Z',
        checked_mono_ms,
        checks: [{ name: 'mount', checked_at: '2026-01-22T10:00:10Z', duration_ms: 2 }],
      },
    ],
    ['nobody', { last_checked_at: '2026-01-22T10:00:10Z', checked_mono_ms }],
    ['rubbish', null],
  ]),
});

/** A poll asked when the manager's clock stood at 50,000, unless it says otherwise. */
const poll = (message: Message, generation: number, askedMonoMs = 50_000): Arrival => ({
  message,
  isPoll: true,
  generation,
  askedMonoMs,
  readMonoMs: askedMonoMs + 200,
});
const streamed = (message: Message, generation = 2, readMonoMs = 51_300): Arrival => ({
  message,
  isPoll: false,
  generation,
  askedMonoMs: 50_100,
  readMonoMs,
});

function after(...arrivals: readonly Arrival[]) {
  let received: Received | null = null;
  const fates = arrivals.map((arrival) => {
    const taken = nextReceived(received, arrival);
    ({ received } = taken);
    return taken.fate;
  });
  const last = received as Received | null;
  return { received: last, fates, fate: fates.at(-1), info: last?.volumes.get('v')?.status_info };
}

const FIRST = poll(report('a', 5), 1);

/** A new poll for each letter, which the epoch of that name answers. */
const turns = (...epochs: readonly string[]): Arrival[] =>
  epochs
    .join('')
    .split('')
    .map((epoch, index) => poll(report(epoch, 5), index + 1));

describe('messages of one epoch', () => {
  it('hold in the order of their numbers, whichever way they came', () => {
    const { fates, info } = after(FIRST, streamed(change(6)), poll(report('a', 5), 3), streamed(change(7, 6)));
    expect([fates, info]).toEqual([['taken', 'taken', 'old', 'taken'], 'change 7']);
  });

  it('hold in the order of the clock where no number tells them apart', () => {
    const late = poll(report('a', 5, 900, 'made before'), 3);
    expect(after(FIRST, late)).toMatchObject({ fate: 'old', info: 'usable' });
    const later = poll(report('a', 5, 1_100, 'made after'), 3);
    expect(after(FIRST, later)).toMatchObject({ fate: 'taken', info: 'made after' });
  });

  it('hold for a proxy whose count went back, as soon as a new request finds it so', () => {
    const absurd = streamed(change(2 ** 53 - 1, 5), 2, 51_300);
    expect(after(FIRST, absurd, poll(report('a', 6), 3, 51_000))).toMatchObject({ fate: 'old' });
    expect(after(FIRST, absurd, poll(report('a', 6), 3, 51_400))).toMatchObject({ fate: 'taken', info: 'usable' });
  });

  it('are dropped where they are told once more', () => {
    expect(after(FIRST, streamed(change(6)), streamed(change(6, 5, 'again')))).toMatchObject({
      fate: 'old',
      info: 'change 6',
    });
  });

  it.each([
    ['a change that follows on one that never came', change(8, 7)],
    ['a ping beyond what is known', { type: 'ping', epoch: 'a', seq: 6, mono_ms: 2_000 } as const],
    ['a beat beyond what is known', beat(6, 1_900)],
    ['a proxy that thinks that more is known', unchanged(6, 2_000)],
  ])('show a gap: %s', (_, message) => {
    expect(after(FIRST, streamed(message))).toMatchObject({ fate: 'gap', info: 'usable' });
  });

  it('show no gap where a poll was faster than the stream', () => {
    expect(after(FIRST, poll(report('a', 8), 3), streamed(change(9, 5))).fate).toBe('taken');
  });

  it('tell what moved: all, one volume, those of a beat that were known, or nothing', () => {
    const known = after(FIRST).received;
    const touched = [
      poll(report('a', 6), 3),
      streamed(change(6)),
      streamed(beat(5, 1_900)),
      poll(unchanged(5, 2_000), 3),
    ];
    expect(touched.map((arrival) => nextReceived(known, arrival).touched)).toEqual(['all', ['v'], ['v'], []]);
  });

  it('leave what was known before as it was', () => {
    const { received } = after(FIRST);
    const before = structuredClone(received);
    for (const message of [change(6), beat(5, 1_900)]) nextReceived(received, streamed(message));
    expect(received).toEqual(before);
  });
});

describe('a beat', () => {
  it('moves times, and nothing else', () => {
    const { received, info } = after(FIRST, streamed(beat(5, 1_900)));
    expect(received?.volumes.get('v')).toEqual({
      ...volume('usable', 1_900),
      last_checked_at: '2026-01-22T10:00:10Z',
      checks: [
        {
          name: 'mount',
          status: 'pass',
          reason: 'OK',
          info: null,
          checked_at: '2026-01-22T10:00:10Z',
          duration_ms: 2,
        },
      ],
    });
    expect([info, received?.volumes.size]).toEqual(['usable', 1]);
  });

  it('moves figures where it has some, and leaves them where it has none', () => {
    const told: Message = {
      ...(beat(5, 1_900) as Extract<Message, { type: 'beat' }>),
      volumes: new Map([
        [
          'v',
          {
            last_checked_at: '2026-01-22T10:00:10Z',
            checked_mono_ms: 1_900,
            metadata: { used: 5 },
            checks: [{ name: 'mount', checked_at: null, duration_ms: 2, info: '5 bytes used' }],
          },
        ],
      ]),
    };
    const { received } = after(FIRST, streamed(told), streamed(beat(5, 1_950)));
    expect(received?.volumes.get('v')).toMatchObject({ metadata: { used: 5 }, checks: [{ info: '5 bytes used' }] });
  });

  it('never moves a time back', () => {
    const { received } = after(FIRST, streamed(beat(5, 850)));
    expect(received?.volumes.get('v')).toMatchObject({
      checked_mono_ms: 900,
      last_checked_at: '2026-01-22T10:00:00Z',
    });
  });

  it('that was made before the latest whole report is dropped: a poll that was asked later was faster', () => {
    const wholeMade = [1_999, 2_000, 2_001].map((madeMs) => after(FIRST, poll(report('a', 5, madeMs), 3)).received);
    const heard = wholeMade.map((known) => nextReceived(known, streamed(beat(5, 1_901))));
    expect(heard.map(({ fate }) => fate)).toEqual(['taken', 'taken', 'old']);
    expect(heard[2]?.received).toEqual(wholeMade[2]);
  });
});

/** When the volume was checked, on the manager's clock. */
const checked = (received: Received | null) =>
  (received?.volumes.get('v')?.checked_mono_ms ?? Number.NaN) + (received?.offsetMs ?? Number.NaN);

describe('the time of a check', () => {
  it('is reckoned as if the whole round trip came before the answer', () => {
    expect(checked(after(FIRST).received)).toBe(50_000 - 100);
  });

  it('is told by the proxy’s clock, not by when a message is finally read', () => {
    const inTime = after(FIRST, streamed(change(6), 2, 51_300));
    const hoursLater = after(FIRST, streamed(change(6), 2, 50_000_000));
    expect([checked(inTime.received), checked(hoursLater.received)]).toEqual([50_950, 50_950]);
  });

  it('is not in the future, whatever the proxy claims', () => {
    const ahead: Message = { ...(change(6) as Extract<Message, { type: 'change' }>), mono_ms: 10 ** 12 };
    const claimed = { ...ahead, report: volume('ahead', 10 ** 12) };
    expect(checked(after(FIRST, streamed(claimed)).received)).toBe(51_300);
    expect(checked(after(FIRST, streamed(beat(5, 10 ** 12))).received)).toBeLessThanOrEqual(51_300);
  });

  it('is not reckoned from when a stream was opened: its snapshot may come much later', () => {
    const { received } = after(FIRST, streamed(report('a', 6, 90_000), 2, 139_100));
    expect(checked(received)).toBe(49_000 + 90_000 - 100);
  });

  it('is reckoned anew with each poll, also with one that says that nothing changed', () => {
    const { received } = after(FIRST, poll(unchanged(5, 11_000), 3, 60_500));
    expect(received?.offsetMs).toBe(49_500);
  });

  it('is that of the report where the proxy gives none', () => {
    const { checked_mono_ms, ...without } = volume('usable');
    const bare: Message = {
      type: 'report',
      report: { epoch: 'a', seq: 5, mono_ms: 1_000, volumes: new Map([['v', without]]) },
    };
    expect(checked(after(poll(bare, 1), streamed({ type: 'ping', epoch: 'a', seq: 5, mono_ms: 9_000 })).received)).toBe(
      50_000,
    );
  });
});

describe('a report that was overtaken by a ping', () => {
  it('is taken all the same, for the ping has told nothing of it', () => {
    const ping: Message = { type: 'ping', epoch: 'a', seq: 5, mono_ms: 1_250 };
    const { fate, info } = after(FIRST, streamed(ping), poll(report('a', 5, 1_200, 'measured anew'), 3, 51_100));
    expect([fate, info]).toEqual(['taken', 'measured anew']);
  });
});

describe('messages of several epochs', () => {
  it('hold in the order of the requests that brought them', () => {
    const restarted = after(FIRST, poll(report('b', 0, 10, 'restarted'), 3));
    expect([restarted.fate, restarted.info]).toEqual(['taken', 'restarted']);
    expect(after(poll(report('a', 5), 3), poll(report('b', 0), 2))).toMatchObject({ fate: 'foreign', info: 'usable' });
  });

  it('never come back to one that is over: a late answer is dropped', () => {
    const late = after(FIRST, poll(report('b', 0, 10, 'restarted'), 4), streamed(change(6), 3));
    expect([late.fate, late.info]).toEqual(['foreign', 'restarted']);
  });

  it('are mixed where one that is over answers a new request', () => {
    const mixed = after(FIRST, poll(report('b', 0, 10, 'the other'), 2), poll(report('a', 9), 3));
    expect([mixed.fate, mixed.info, mixed.received?.pollsSinceMix]).toEqual(['mixed', 'the other', 0]);
    const again = after(FIRST, poll(report('b', 0), 2), poll(report('a', 9), 3), poll(report('b', 0, 2_000), 4));
    expect([again.fate, again.received?.pollsSinceMix]).toEqual(['taken', 1]);
  });

  it('come back to one that is over once it alone has answered ten new polls, and no sooner', () => {
    const returning = turns('ab', 'a'.repeat(POLLS_TO_BE_ONE));
    expect(after(...returning).fates.slice(2)).toEqual([...Array.from({ length: 9 }, () => 'mixed'), 'taken']);
    expect(after(...returning).received).toMatchObject({ epoch: 'a', retired: ['b'] });
  });

  it.each([
    ['the other one answers in between', 'b', 'ab', 'aaaaaaaaa', 'b', 'aaaaaaaaa'],
    ['another one that is over answers in between', 'c', 'abc', 'aaaaaaaaa', 'b', 'aaaaaaaaa'],
    ['a new one answers in between', 'c', 'ab', 'aaaaaaaaa', 'c', 'aaaaaaaaa'],
  ])('do not come back where %s', (_, epoch, ...epochs) => {
    expect(after(...turns(...epochs))).toMatchObject({ fate: 'mixed', received: { epoch, pollsSinceMix: 0 } });
  });

  it('come back by polls alone, however much a stream tells of one that is over', () => {
    const told = Array.from({ length: 20 }, (_, index) => streamed(report('a', 5), 10 + index));
    expect(after(...turns('ab'), ...told)).toMatchObject({ fate: 'mixed', received: { epoch: 'b' } });
  });

  it('leave no doubt that one proxy answers once they have come back, until the other one answers again', () => {
    const { received } = after(...turns('ab', 'a'.repeat(POLLS_TO_BE_ONE)));
    expect(received?.pollsSinceMix).toBeGreaterThanOrEqual(POLLS_TO_BE_ONE);
    const other = nextReceived(received, poll(report('b', 5), 100));
    expect([other.fate, other.received?.epoch, other.received?.pollsSinceMix]).toEqual(['mixed', 'a', 0]);
  });

  it('need a whole report to begin with', () => {
    expect(after(streamed(change(1)))).toMatchObject({ fate: 'gap', received: null });
    const other: Message = { ...(change(1) as Extract<Message, { type: 'change' }>), epoch: 'b' };
    expect(after(FIRST, streamed(other))).toMatchObject({ fate: 'gap', info: 'usable' });
  });

  it('are remembered to be over, but not without end', () => {
    const many = Array.from({ length: 500 }, (_, epoch) => poll(report(`epoch ${epoch}`, 0), epoch + 1));
    expect(after(...many).received?.retired.length).toBe(100);
  });
});

it('ends where the proxy is, in whatever order and however often its words arrive, once a whole report has', () => {
  const words = fc.array(fc.nat({ max: 20 }), { maxLength: 40 });
  fc.assert(
    fc.property(words, fc.nat({ max: 20 }), (order, lastPoll) => {
      const arrivals = order.map((seq, index) =>
        index % 3 === 0
          ? poll(report('a', seq, 1_000 + seq, `change ${seq}`), index + 10)
          : streamed(change(seq, seq - 1)),
      );
      const end = Math.max(lastPoll, ...order);
      const { received, info } = after(...arrivals, poll(report('a', end, 3_000, `change ${end}`), 100));
      expect([received?.seq, info]).toEqual([end, `change ${end}`]);
      let highest = -1;
      let known: Received | null = null;
      for (const arrival of arrivals) {
        known = nextReceived(known, arrival).received;
        expect(known?.seq ?? -1).toBeGreaterThanOrEqual(highest);
        highest = known?.seq ?? -1;
      }
    }),
  );
});
