import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckAnswer } from '../../backends/backend.ts';
import { type Reading, type TargetState, UNASKED } from '../../probe/target-state.ts';
import { type CheckState, foldChecks, readingOf } from '../../proxy/verdict.ts';
import { HardwareMetadata } from '../../schema/hardware-metadata.ts';
import { CheckStatus } from '../../schema/status.ts';

const ANSWERS = {
  pass: { status: 'pass', reason: 'OK', summary: 'mounted, 35 % used', info: null },
  warn: { status: 'warn', reason: 'READ_ONLY', summary: 'mounted read-only', info: null },
  unknown: { status: 'unknown', reason: 'API_UNREACHABLE', summary: 'the API does not answer', info: null },
  fail: { status: 'fail', reason: 'NOT_MOUNTED', summary: 'nothing is mounted', info: '/v1 is on /dev/vda1' },
} as const satisfies Record<CheckStatus, CheckAnswer>;

function check(answer: CheckAnswer | null, name = 'mount'): CheckState {
  const at = { wall: 0, mono: 0 };
  const reading = answer && readingOf(answer);
  const asked: Partial<TargetState<CheckAnswer, Reading>> = { checkedAt: at, durationMs: 1.26, stateType: 'hard' };
  const state = { ...UNASKED, ...(reading === null ? {} : asked), reading } as CheckState['state'];
  return {
    name,
    isAdvisory: name === 'write',
    yieldsToMount: false,
    intervalMs: 30_000,
    timeoutMs: 5_000,
    state,
    nextDueMs: null,
  };
}

const api = (answer: CheckAnswer | null): CheckState => ({ ...check(answer, 'backend'), yieldsToMount: true });

describe('the verdict on a volume', () => {
  it.each([
    [['pass'], 'healthy', false],
    [['warn'], 'healthy', true],
    [['unknown'], 'unavailable', false],
    [['fail'], 'offline', false],
    [['pass', 'warn'], 'healthy', true],
    [['warn', 'unknown'], 'unavailable', false],
    [['unknown', 'fail', 'pass'], 'offline', false],
  ] as const)('of checks that say %j is %s, degraded: %j', (statuses, status, degraded) => {
    const verdict = foldChecks(statuses.map((each) => check(ANSWERS[each])));
    expect(verdict).toMatchObject({ status, degraded });
  });

  it('speaks with the sentence and the reason of the worst check', () => {
    const verdict = foldChecks([check(ANSWERS.pass), check(ANSWERS.fail, 'backend')]);
    expect(verdict).toMatchObject({ status_info: 'nothing is mounted', reason: 'NOT_MOUNTED' });
  });

  describe('whose API may be missing', () => {
    it.each([
      ['pass', 'unknown', 'healthy', true],
      ['warn', 'unknown', 'healthy', true],
      ['unknown', 'unknown', 'unavailable', false],
      ['fail', 'unknown', 'offline', false],
      ['pass', 'fail', 'offline', false],
      ['pass', 'pass', 'healthy', false],
    ] as const)(
      'with a mount that says %s and an API that says %s is %s, degraded: %j',
      (mount, said, status, degraded) => {
        const checks = [check(ANSWERS[mount]), api(ANSWERS[said])];
        for (const order of [checks, checks.toReversed()])
          expect(foldChecks(order)).toMatchObject({ status, degraded });
      },
    );

    it('waits for the API to be asked all the same, and for the mount', () => {
      expect(foldChecks([check(ANSWERS.pass), api(null)]).status).toBe('unavailable');
      expect(foldChecks([check(null), api(ANSWERS.unknown)]).status).toBe('unavailable');
    });
  });

  it.each(['pass', 'warn', 'fail'] as const)(
    'speaks with the sentence of the storage system, which knows why, where mount and API both say %s',
    (status) => {
      const mount = check({ ...ANSWERS[status], summary: 'said by the mount' });
      const backend = check({ ...ANSWERS[status], summary: 'said by the API' }, 'backend');
      for (const order of [
        [mount, backend],
        [backend, mount],
      ]) {
        expect(foldChecks(order).status_info).toBe('said by the API');
      }
      const advisory = { ...backend, isAdvisory: true };
      expect(foldChecks([mount, advisory]).status_info).toBe('said by the mount');
    },
  );

  it('speaks with the sentence of the mount where the API knows nothing', () => {
    const checks = [check(ANSWERS.warn), api(ANSWERS.unknown)];
    expect(foldChecks(checks)).toMatchObject({ degraded: true, reason: 'READ_ONLY' });
    const mount = check({ ...ANSWERS.unknown, summary: 'said by the mount' });
    expect(foldChecks([mount, check(ANSWERS.unknown, 'backend')]).status_info).toBe('said by the mount');
  });

  it('is unavailable, "not checked yet", before the first answer', () => {
    expect(foldChecks([check(null)])).toMatchObject({
      status: 'unavailable',
      status_info: 'not checked yet',
      reason: 'NOT_CHECKED',
    });
  });

  it('is bad as soon as one check is, though another has not been made yet', () => {
    expect(foldChecks([check(null), check(ANSWERS.fail)]).status).toBe('offline');
  });

  it.each(['fail', 'unknown', 'warn'] as const)('is at most degraded for a write check that says %s', (status) => {
    const verdict = foldChecks([check(ANSWERS.pass), check({ ...ANSWERS[status], reason: 'WRITE_FAILED' }, 'write')]);
    expect(verdict).toMatchObject({ status: 'healthy', degraded: true, reason: 'WRITE_FAILED' });
    expect(verdict.checks[1]?.status).toBe(status);
  });

  it('does not depend on a write check that has not been made', () => {
    const skipped: CheckAnswer = { status: 'unknown', reason: 'NOT_CHECKED', summary: 'not written', info: null };
    for (const write of [null, skipped]) {
      const verdict = foldChecks([check(ANSWERS.pass), check(write, 'write')]);
      expect(verdict).toMatchObject({ status: 'healthy', degraded: false, reason: 'OK' });
    }
  });

  it('names what was not checked', () => {
    const verdict = foldChecks([check({ ...ANSWERS.pass, notChecked: ['mount identity'] })]);
    expect(verdict.metadata).toEqual({ not_checked: ['mount identity'] });
  });

  it('keeps its details within 2 KiB and says how many were left out', () => {
    const metadata = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`key${i}`, 'x'.repeat(90)]));
    const verdict = foldChecks([check({ ...ANSWERS.pass, metadata })]);
    expect(JSON.stringify(verdict.metadata).length).toBeLessThanOrEqual(2_048);
    expect(verdict.metadata['left_out']).toBeGreaterThan(0);
  });

  it('makes one printable line of whatever a storage says', () => {
    const summary = `a\u001b[31mb\r\nc\u202Ed\u0000 ${'x'.repeat(2_000)}`;
    const { status_info, checks } = foldChecks([check({ ...ANSWERS.pass, summary, info: summary })]);
    expect(checks[0]?.info).toBe(status_info);
    expect(status_info).toMatch(/^a \[31mb c d x+…$/);
    expect(status_info?.length).toBeLessThanOrEqual(1_024);
  });

  it('never depends on the order of the checks, and always fits the wire', () => {
    const statuses = fc.array(fc.constantFrom(...CheckStatus.options), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(statuses, (all) => {
        const checks = all.map((status, i) => check(ANSWERS[status], `check${i}`));
        const [forth, back] = [foldChecks(checks), foldChecks(checks.toReversed())];
        expect(HardwareMetadata.parse(forth)).toEqual(forth);
        expect([back.status, back.degraded, back.reason]).toEqual([forth.status, forth.degraded, forth.reason]);
      }),
    );
  });
});
