import { describe, expect, it } from 'vitest';
import type { CheckAnswer } from '../../backends/backend.ts';
import { UNASKED } from '../../probe/target-state.ts';
import { type CheckState, readingOf } from '../../proxy/verdict.ts';
import { isChange, isOtherFigures, nextReport, type ReportedVolume } from '../../proxy/volume-report.ts';

const at = (seconds: number) => ({ wall: Date.parse('2026-01-22T10:00:00Z') + seconds * 1_000, mono: seconds * 1_000 });
const iso = (seconds: number) => new Date(at(seconds).wall).toISOString();

const PASS: CheckAnswer = { status: 'pass', reason: 'OK', summary: 'usable', info: null };
const FAIL: CheckAnswer = { status: 'fail', reason: 'IO_ERROR', summary: 'it answers with an error', info: null };

function check(answer: CheckAnswer | null, { seconds = 0, intervalMs = 30_000, name = 'mount' } = {}): CheckState {
  const state = answer === null ? UNASKED : { ...UNASKED, reading: readingOf(answer), checkedAt: at(seconds) };
  return {
    name,
    isAdvisory: name === 'write',
    yieldsToMount: false,
    intervalMs,
    timeoutMs: 5_000,
    state,
    nextDueMs: null,
  };
}

function after(...looks: readonly (readonly CheckState[])[]): ReportedVolume {
  return looks.reduce<ReportedVolume | null>(
    (previous, checks, i) => nextReport(previous, { backend: 'vfs', checks, now: at(i * 10) }),
    null,
  ) as ReportedVolume;
}

describe("a volume's report", () => {
  it('has the times of the checks that decide whether the volume can be used, and not of an advisory one', () => {
    const { report } = after([check(PASS, { seconds: 7 }), check(null, { name: 'write', intervalMs: 300_000 })]);
    expect(report).toMatchObject({ status: 'healthy', interval_ms: 30_000, checked_mono_ms: at(7).mono });
  });

  it('has the times of the check that goes stale first', () => {
    const mount = check(PASS, { seconds: 0, intervalMs: 30_000 });
    for (const seconds of [-100, 100]) {
      const api = check(PASS, { seconds, intervalMs: 300_000, name: 'backend' });
      for (const checks of [
        [mount, api],
        [api, mount],
      ]) {
        const { report } = after(checks);
        expect([report.last_checked_at, report.interval_ms, report.checked_mono_ms]).toEqual([iso(0), 30_000, 0]);
      }
    }
  });

  it('is not checked before every check has been made', () => {
    const { report } = after([check(PASS), check(null, { name: 'backend' })]);
    expect(report).toMatchObject({ status: 'unavailable', last_checked_at: null, checked_mono_ms: null, since: null });
  });

  it('has been what it is since its status moved, whatever its sentence says', () => {
    const looks = [[check(PASS)], [check(FAIL)], [check({ ...FAIL, reason: 'MOUNT_STALE', summary: 'stale' })]];
    expect(after(...looks).report).toMatchObject({ status: 'offline', reason: 'MOUNT_STALE', since: iso(10) });
  });
});

describe('between two reports of a volume', () => {
  const [usable] = [after([check(PASS)]).report];

  it('nothing changed where only times moved', () => {
    const later = after([check(PASS, { seconds: 30 })]).report;
    expect([isChange(usable, later), isOtherFigures(usable, later)]).toEqual([false, false]);
  });

  it.each([{ info: 'more' }, { metadata: { a: 1 } }])('figures moved, which is no change: %j', (measured) => {
    const later = after([check({ ...PASS, ...measured })]).report;
    expect([isChange(usable, later), isOtherFigures(usable, later)]).toEqual([false, true]);
  });

  it.each([
    [[check(PASS)], [check({ ...PASS, summary: 'usable, 5 % used' })]],
    [[check(PASS)], [check({ ...PASS, status: 'warn', reason: 'FULL' })]],
    [[check(null)], [check(PASS)]],
  ])('there is a change where anything else moved: case %#', (before, later) => {
    expect(isChange(after(before).report, after(later).report)).toBe(true);
  });
});
