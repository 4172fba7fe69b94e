import { describe, expect, test } from 'vitest';
import type { CheckAnswer, CheckDefinition } from '../../backends/backend.ts';
import { type CheckState, foldChecks, readingOf } from '../../proxy/verdict.ts';
import { UNASKED } from '../../probe/target-state.ts';
import type { Reason } from '../../schema/reason.ts';
import type { CheckStatus } from '../../schema/status.ts';
import type { Dialect } from '../fakes/dialect.ts';
import { type Fault, FAULTS } from '../fakes/faults.ts';
import { createMovableClock, type MovableClock } from '../movable-clock.ts';
import { complaintsAbout } from './conformance.ts';
import { type VolumeOn, volumeOn } from './volume-on.ts';

export interface ApiSubject {
  readonly dialect: Dialect;
  /** How many calls a probe may take, logins apart. */
  readonly budget: number;
  /** A state in which the storage says that it serves, impaired; and one in which it says that it does not. */
  readonly degraded: string;
  readonly down: string;
}

/** What each fault of an API makes known about the storage: nothing, and why. */
const REASON_OF: Readonly<Record<Fault | 'unknown-word' | 'missing-field' | 'empty-list', Reason>> = {
  refused: 'API_UNREACHABLE',
  silent: 'API_UNREACHABLE',
  drip: 'API_UNREACHABLE',
  half: 'API_UNREACHABLE',
  reset: 'API_UNREACHABLE',
  unauthorized: 'API_AUTH_FAILED',
  forbidden: 'API_AUTH_FAILED',
  busy: 'API_ERROR',
  'rate-limited': 'API_ERROR',
  html: 'API_BAD_ANSWER',
  'cut-json': 'API_BAD_ANSWER',
  huge: 'API_BAD_ANSWER',
  'redirect-away': 'API_BAD_ANSWER',
  'redirect-loop': 'API_BAD_ANSWER',
  garbage: 'API_BAD_ANSWER',
  empty: 'API_BAD_ANSWER',
  'error-200': 'API_BAD_ANSWER',
  echo: 'API_ERROR',
  'echo-200': 'API_BAD_ANSWER',
  'unknown-word': 'API_BAD_ANSWER',
  'missing-field': 'API_BAD_ANSWER',
  'empty-list': 'API_BAD_ANSWER',
};

/** Longer than refused credentials are ever held back. */
const LONG_MS = 11 * 60_000;

/** What every backend keeps to that asks an API: run against a server that speaks as the vendor's, and is broken. */
export function describeApiConformance(name: string, subject: ApiSubject): void {
  const { dialect, budget, degraded, down } = subject;
  const open = async (state = 'well', isApiOptional = false) => {
    const clock = createMovableClock();
    const volume = { intervalMs: 5_000, timeoutMs: 600, clock, isApiOptional };
    const on = await volumeOn(dialect, { state, volume });
    return { ...on, clock, ask: () => answerOf(on) };
  };

  describe(`the API of a ${name} volume`, () => {
    test('is judged by what the storage says', async () => {
      const { fake, ask } = await open();
      expect(await ask()).toMatchObject({ status: 'pass', reason: 'OK' });
      await fake.setState(degraded);
      expect(await ask()).toMatchObject({ status: 'warn' });
      await fake.setState(down);
      expect(await ask()).toMatchObject({ status: 'fail' });
      await fake.setState('well');
      expect(await ask()).toMatchObject({ status: 'pass' });
    });

    test.each(Object.entries(REASON_OF))('makes nothing known when it is broken, %s: %s', async (fault, reason) => {
      const { fake, ask } = await open(fault);
      expect(await ask()).toMatchObject({ status: 'unknown', reason });
      expect(fake.strayRequests).toEqual([]);
    });

    test.each(Object.keys(REASON_OF))('makes nothing known when it breaks, %s, and is well again', async (fault) => {
      const { fake, ask, clock } = await open();
      expect(await ask()).toMatchObject({ status: 'pass' });
      await fake.setState(fault);
      expect(await ask()).toMatchObject({ status: 'unknown' });
      await fake.setState('well');
      clock.forward(LONG_MS);
      expect(await ask()).toMatchObject({ status: 'pass' });
      expect(fake.strayRequests).toEqual([]);
    });

    test('has a case for every fault there is', () => {
      expect(Object.keys(FAULTS).filter((fault) => !(fault in REASON_OF))).toEqual([]);
    });

    test.each(['well', degraded, down])(`is asked at most ${budget} times a probe while it is %s`, async (state) => {
      const { fake, ask } = await open(state);
      for (let probe = 1; probe <= 3; probe += 1) {
        const before = fake.calls();
        await ask();
        expect(fake.calls() - before).toBeLessThanOrEqual(budget);
      }
      expect(fake.logins()).toBeLessThanOrEqual(1);
    });

    test('is asked once by two volumes that ask at the same time', async () => {
      const { fake, ask, another } = await open();
      const both = await Promise.all([ask(), another().ask()]);
      expect(both.map(({ status }) => status)).toEqual(['pass', 'pass']);
      expect(fake.calls()).toBeLessThanOrEqual(budget);
      expect(fake.logins()).toBeLessThanOrEqual(1);
    });

    test('is not asked again with refused credentials for a minute, then two, and says until when', async () => {
      const { fake, ask, clock } = await open('unauthorized');
      const attempts = async () => {
        fake.forget();
        for (let probe = 1; probe <= 5; probe += 1) expect((await ask()).info).toMatch(untilOf(clock));
        return fake.requests.length;
      };
      expect(await attempts()).toBe(1);
      clock.forward(59_000);
      expect(await attempts()).toBe(0);
      clock.forward(2_000);
      expect(await attempts()).toBe(1);
      clock.forward(61_000);
      expect(await attempts()).toBe(0);
    });

    test.each([
      ['well', 'pass', 'healthy', false],
      ['well', 'fail', 'offline', false],
      ['well', 'unknown', 'unavailable', false],
      [degraded, 'pass', 'healthy', true],
      [down, 'pass', 'offline', false],
      ['busy', 'pass', 'unavailable', false],
      ['busy', 'fail', 'offline', false],
      ['busy', 'pass', 'healthy', true, 'optional'],
      ['busy', 'unknown', 'unavailable', false, 'optional'],
      ['busy', 'fail', 'offline', false, 'optional'],
      [down, 'pass', 'offline', false, 'optional'],
    ] as const)(
      'that is %s beside a mount that says %s makes it %s, degraded: %s %s',
      async (state, mount, status, isDegraded, ...isOptional) => {
        const { check, ask } = await open(state, isOptional.length > 0);
        const checks = [stateOf(check, await ask()), stateOf({ name: 'mount' }, MOUNT[mount])];
        for (const order of [checks, checks.toReversed()]) {
          expect(foldChecks(order)).toMatchObject({ status, degraded: isDegraded });
        }
      },
    );
  });
}

/** What is said now, in time, by the rules of what may be said, and without a secret. */
async function answerOf({ check, ask, fake }: Pick<VolumeOn, 'check' | 'ask' | 'fake'>): Promise<CheckAnswer> {
  const late = AbortSignal.timeout(check.timeoutMs);
  const answer = await ask();
  expect(late.aborted).toBe(false);
  expect(complaintsAbout(answer)).toEqual([]);
  const text = JSON.stringify(answer);
  expect(fake.secrets().filter((secret) => text.includes(secret))).toEqual([]);
  return answer;
}

/** The instant that is named lies ahead. */
function untilOf(clock: MovableClock): RegExp {
  const minutes = [0, 1, 2].map((ahead) => new Date(clock.now() + ahead * 60_000).toISOString().slice(0, 16));
  return new RegExp(`not tried again before (?:${minutes.join('|')})`);
}

const MOUNT = {
  pass: { status: 'pass', reason: 'OK', summary: 'usable', info: null },
  fail: { status: 'fail', reason: 'MOUNT_STALE', summary: 'the file handle is stale', info: null },
  unknown: { status: 'unknown', reason: 'CHECK_TIMEOUT', summary: 'no answer in time', info: null },
} as const satisfies Partial<Record<CheckStatus, CheckAnswer>>;

function stateOf(check: Pick<CheckDefinition, 'name' | 'yieldsToMount'>, answer: CheckAnswer): CheckState {
  const { name, yieldsToMount = false } = check;
  const state = { ...UNASKED, reading: readingOf(answer), checkedAt: { wall: 0, mono: 0 } };
  return { name, isAdvisory: false, yieldsToMount, intervalMs: 5_000, timeoutMs: 600, state, nextDueMs: null };
}
