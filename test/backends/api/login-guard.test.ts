import { describe, expect, it } from 'vitest';
import { ApiFailed } from '../../../backends/api/api-failed.ts';
import { createLoginGuard } from '../../../backends/api/login-guard.ts';

const MINUTE_MS = 60_000;
const REFUSAL = new ApiFailed('ACME login refused (HTTP 401)', { kind: 'refused', system: 'ACME', status: 401 });

/** A guard whose two clocks go apart where a test wants it. */
function guarding() {
  const time = { wall: Date.parse('2026-03-01T12:00:00.123Z'), mono: 0 };
  const guard = createLoginGuard({ now: () => time.wall, mono: () => time.mono });
  return {
    ...guard,
    forward: (wallMs: number, monoMs = wallMs) => {
      time.wall += wallMs;
      time.mono += monoMs;
    },
    isHeldBack: (credentials = 'a') => {
      try {
        guard.check(credentials);
        return false;
      } catch {
        return true;
      }
    },
  };
}

describe('refused credentials', () => {
  it('are told with the time until which they are not tried', () => {
    const { check, refused } = guarding();
    const told = refused('a', REFUSAL);
    expect(told).toMatchObject({
      message: 'ACME login refused (HTTP 401); not tried again before 2026-03-01T12:01:00Z',
      kind: 'refused',
      status: 401,
    });
    expect(() => check('a')).toThrow(told);
  });

  it('are held back for 1, 2, 4, 8 and then always 10 minutes', () => {
    const { refused, isHeldBack, forward } = guarding();
    for (const minutes of [1, 2, 4, 8, 10, 10]) {
      refused('a', REFUSAL);
      forward(minutes * MINUTE_MS - 1);
      expect(isHeldBack()).toBe(true);
      forward(1);
      expect(isHeldBack()).toBe(false);
    }
  });

  it('count once where several calls were out at the same time', () => {
    const { refused, isHeldBack, forward } = guarding();
    const told = [1, 2, 3].map(() => refused('a', REFUSAL));
    expect(new Set(told).size).toBe(1);
    forward(MINUTE_MS);
    expect(isHeldBack()).toBe(false);
  });

  it('are held back for a minute again after ten without a refusal', () => {
    const { refused, isHeldBack, forward } = guarding();
    refused('a', REFUSAL);
    forward(MINUTE_MS);
    refused('a', REFUSAL);
    forward(12 * MINUTE_MS);
    refused('a', REFUSAL);
    forward(MINUTE_MS);
    expect(isHeldBack()).toBe(false);
  });

  it('do not hold back other ones, which begin at a minute of their own', () => {
    const { refused, isHeldBack, forward } = guarding();
    refused('a', REFUSAL);
    forward(MINUTE_MS);
    refused('a', REFUSAL);
    expect(isHeldBack('b')).toBe(false);
    refused('b', REFUSAL);
    forward(MINUTE_MS);
    expect(isHeldBack('b')).toBe(false);
  });

  it.each([
    ['the machine slept, and its monotonic clock with it', MINUTE_MS, 0],
    ['the wall clock was set back', -3_600_000, MINUTE_MS],
  ])('are not held back for longer than was told: %s', (_, wallMs, monoMs) => {
    const { refused, isHeldBack, forward } = guarding();
    refused('a', REFUSAL);
    forward(wallMs, monoMs);
    expect(isHeldBack()).toBe(false);
  });
});
