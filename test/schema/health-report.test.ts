import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { parseHealthReport } from '../../schema/health-report.ts';

const floor = { status: 'healthy', status_info: null, backend: 'vfs', last_checked_at: '2026-01-22T10:00:00Z' };
const report = (volumes: Record<string, unknown>) => ({ epoch: 'e', seq: 1, mono_ms: 5, volumes });

describe("a proxy's report, as the manager reads it", () => {
  it('needs nothing of a volume but the floor', () => {
    expect(parseHealthReport(report({ a: floor })).volumes.get('a')).toEqual(floor);
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
