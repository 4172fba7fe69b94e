import { describe, expect, it } from 'vitest';
import { nextObserver, type Observed } from '../../manager/observer.ts';
import type { ObserverHealth } from '../../schema/observer-health.ts';

const now = { wall: Date.parse('2026-01-22T10:00:00Z'), mono: 0 };
const OK: ObserverHealth = { status: 'ok', since: '2026-01-22T09:00:00.000Z', message: null, warnings: [] };

/** Proxies that failed at these seconds; null for one that is well. */
const proxies = (...failedAtS: readonly (number | null)[]): Observed[] =>
  failedAtS.map((at) => ({ failedMonoMs: at === null ? null : at * 1_000, disturbance: null }));
const observer = (observed: readonly Observed[], previous = OK) =>
  nextObserver(previous, observed, { windowMs: 13_000, warnings: [], now });

describe('an observer', () => {
  it.each([
    ['when more than half of five fail at once', proxies(1, 2, 3, null, null), 'isolated'],
    ['not when half of six do', proxies(1, 2, 3, null, null, null), 'ok'],
    ['not when it has fewer than five', proxies(1, 1, 1, 1), 'ok'],
    ['not when they fail one after the other, over a long time', proxies(0, 14, 28, null, null), 'ok'],
    ['also when others had failed long before', proxies(0, 100, 101, 102, null), 'isolated'],
  ])('is isolated %s', (_, observed, status) => {
    expect(observer(observed).status).toBe(status);
  });

  it('says so with figures, and since when', () => {
    expect(observer(proxies(1, 2, 3, null, null))).toEqual({
      status: 'isolated',
      since: '2026-01-22T10:00:00.000Z',
      message: '3 of 5 storage proxies do not answer: the fault may lie with the manager or its network',
      warnings: [],
    });
  });

  it('stays isolated until half of them are back, however long that takes', () => {
    const isolated = observer(proxies(1, 2, 3, null, null));
    expect(observer(proxies(1, 2, 300, null, null), isolated)).toBe(isolated);
    expect(observer(proxies(1, 2, null, null, null), isolated)).toMatchObject({ status: 'ok', message: null });
  });

  it.each(['paused', 'overloaded'] as const)('is %s while one proxy has not been heard since it was', (why) => {
    const disturbed = { failedMonoMs: null, disturbance: { at: now, why } };
    expect(observer([...proxies(1, 2, 3, null), disturbed]).status).toBe(why);
  });

  it('is the very same while nothing moves', () => {
    expect(observer(proxies(null, null))).toBe(OK);
  });
});
