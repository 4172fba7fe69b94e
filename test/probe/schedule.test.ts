import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstDue, nextDue, stuckAfterMs } from '../../probe/schedule.ts';

const ok = { reading: { ok: true, label: 'ok' }, stateType: 'hard' } as const;
const failing = (stateType: 'soft' | 'hard') => ({ reading: { ok: false, label: 'bad' }, stateType }) as const;
const at = (nominalMs: number) => ({ nominalMs, dueMs: nominalMs });

describe('the first probe', () => {
  it('comes within the interval, ten seconds, and 100 ms a target', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1_000, max: 86_400_000 }),
        fc.nat(10_000),
        (id, intervalMs, targets) => {
          const { dueMs } = firstDue(id, intervalMs, { nowMs: 0, targets });
          expect(dueMs).toBeGreaterThanOrEqual(0);
          expect(dueMs).toBeLessThan(Math.max(1, Math.min(intervalMs, 10_000, 100 * targets)));
        },
      ),
    );
  });

  it('spreads a thousand targets evenly: no second gets more than twice its share', () => {
    const seconds = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 1_000; i += 1) {
      const { dueMs } = firstDue(`proxy${i}`, 60_000, { nowMs: 0, targets: 1_000 });
      seconds[Math.floor(dueMs / 1_000)]! += 1;
    }
    expect(Math.max(...seconds)).toBeLessThan(200);
  });
});

describe('the probe after a success', () => {
  it('keeps to the grid: a thousand slow answers move it by nothing', () => {
    let due = at(0);
    for (let i = 1; i <= 1_000; i += 1) {
      due = nextDue(due, { intervalMs: 30_000, state: ok, nowMs: due.dueMs + 4_000, random: (i % 7) / 7 });
      expect(due.nominalMs).toBe(i * 30_000);
    }
  });

  it('is always in the future, and within an interval and a tenth', () => {
    const inputs = fc.record({
      nominalMs: fc.nat(10 ** 9),
      intervalMs: fc.integer({ min: 1_000, max: 86_400_000 }),
      lateMs: fc.integer({ min: -1_000, max: 10 ** 8 }),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(inputs, ({ nominalMs, intervalMs, lateMs, random }) => {
        const nowMs = nominalMs + lateMs;
        const { dueMs } = nextDue(at(nominalMs), { intervalMs, state: ok, nowMs, random });
        expect(dueMs).toBeGreaterThan(nowMs);
        expect(dueMs - nowMs).toBeLessThanOrEqual(intervalMs * 1.2 + 1_000);
      }),
    );
  });

  it('stays where it is when the target was asked before its turn', () => {
    const early = nextDue(at(30_000), { intervalMs: 30_000, state: ok, nowMs: 10_000, random: 0.5 });
    expect(early).toEqual(at(30_000));
  });

  it('skips the points of the grid that are past', () => {
    const { nominalMs } = nextDue(at(0), { intervalMs: 10_000, state: ok, nowMs: 35_000, random: 0.5 });
    expect(nominalMs).toBe(40_000);
  });
});

describe('the probe after a failure', () => {
  it.each([
    ['soft', 300_000, 30_000],
    ['soft', 30_000, 6_000],
    ['soft', 5_000, 2_000],
    ['soft', 1_000, 1_000],
    ['hard', 300_000, 30_000],
    ['hard', 10_000, 10_000],
  ] as const)('while %s with an interval of %d ms comes after %d ms', (stateType, intervalMs, expected) => {
    const { dueMs } = nextDue(at(0), { intervalMs, state: failing(stateType), nowMs: 50, random: 0.5 });
    expect(dueMs).toBe(50 + expected);
  });

  it('does not move the grid that a recovery returns to', () => {
    const during = nextDue(at(0), { intervalMs: 30_000, state: failing('soft'), nowMs: 10, random: 0.9 });
    expect(nextDue(during, { intervalMs: 30_000, state: ok, nowMs: 6_100, random: 0.5 }).nominalMs).toBe(30_000);
  });
});

describe('a call that is out', () => {
  it.each([
    [5_000, 4_000, 60_000],
    [300_000, 5_000, 305_000],
  ])('with an interval of %d ms and a timeout of %d ms counts as stuck after %d ms', (intervalMs, timeoutMs, stuck) => {
    expect(stuckAfterMs({ intervalMs, timeoutMs })).toBe(stuck);
  });
});

describe('the probe after a success that is not complete', () => {
  const incomplete = { reading: { ok: true, label: 'ok', againMs: 500 }, stateType: 'hard' } as const;

  it('comes when it said, and the grid stays where it was', () => {
    const soon = nextDue(at(0), { intervalMs: 10_000, state: incomplete, nowMs: 50, random: 0.5 });
    expect(soon.dueMs).toBe(550);
    expect(nextDue(soon, { intervalMs: 10_000, state: ok, nowMs: 600, random: 0.5 }).nominalMs).toBe(10_000);
  });
});
