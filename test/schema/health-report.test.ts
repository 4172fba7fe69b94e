import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { parseHealthAnswer, parseHealthReport } from '../../schema/health-report.ts';

const floor = { status: 'healthy', status_info: null, backend: 'vfs', last_checked_at: '2026-01-22T10:00:00Z' };
const report = (volumes: Record<string, unknown>) => ({ epoch: 'e', seq: 1, mono_ms: 5, volumes });

describe("a proxy's report, as the manager reads it", () => {
  it('needs nothing of a volume but the floor', () => {
    expect(parseHealthReport(report({ a: floor })).volumes.get('a')).toEqual(floor);
  });

  it.each(['healthy', 'ok', 'degraded', 'error'])('is read where the proxy calls itself %s', (status) => {
    expect(parseHealthReport({ ...report({ a: floor }), status }).volumes.get('a')).toEqual(floor);
  });

  it('accepts instants with an offset', () => {
    const volume = { ...floor, last_checked_at: '2026-01-22T19:00:00+09:00' };
    expect(parseHealthReport(report({ a: volume })).volumes.get('a')?.last_checked_at).toBe(volume.last_checked_at);
  });

  it('keeps a volume whose reason it does not know', () => {
    const volume = { ...floor, reason: 'EATEN_BY_A_GRUE' };
    expect(parseHealthReport(report({ a: volume })).volumes.get('a')?.reason).toBe('UNRECOGNISED');
  });

  it.each([null, 'healthy', { ...floor, status: 'fine' }, { ...floor, checks: 'none' }, {}])(
    'loses only the one volume about which it says %j',
    (bad) => {
      const { volumes } = parseHealthReport(report({ bad, good: floor }));
      expect([volumes.get('bad'), volumes.get('good')?.status]).toEqual([null, 'healthy']);
    },
  );

  it.each([null, 'hello', [], {}, { epoch: 'e', seq: 1, mono_ms: 1 }, report([] as never)])(
    'is refused as a whole where it is %j',
    (value) => {
      expect(() => parseHealthReport(value)).toThrow(ZodError);
    },
  );
});

describe('the answer to a manager that said what it knows', () => {
  it('is a report where it has volumes, whatever else it says', () => {
    const value = { ...report({ a: floor }), unchanged: true };
    expect(parseHealthAnswer(value)).toEqual({ type: 'report', report: parseHealthReport(value) });
  });

  it('is that nothing changed where it says so', () => {
    const value = { status: 'healthy', unchanged: true, epoch: 'e', seq: 1, mono_ms: 5 };
    expect(parseHealthAnswer(value)).toEqual({ type: 'unchanged', epoch: 'e', seq: 1, mono_ms: 5 });
  });

  it.each([
    null,
    'unchanged',
    [],
    {},
    { epoch: 'e', seq: 1, mono_ms: 5 },
    { unchanged: false, epoch: 'e', seq: 1, mono_ms: 5 },
    { unchanged: true, epoch: 'e', seq: 1.5, mono_ms: 5 },
    { unchanged: true, epoch: 'e', seq: 1, mono_ms: 5, volumes: [] },
  ])('is refused where it is %j', (value) => {
    expect(() => parseHealthAnswer(value)).toThrow(ZodError);
  });
});
