import { describe, expect, it } from 'vitest';
import { nextSaid, type Said } from '../../manager/transitions.ts';
import type { StorageProxyHealth } from '../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../schema/volume-health.ts';
import { proxy, volume } from './graphql/fixture.ts';

const slice = (health: Partial<VolumeHealth>, proxyHealth: Partial<StorageProxyHealth> = {}): Said => ({
  proxy: { ...proxy('proxy1'), ...proxyHealth },
  volumes: new Map([['v', { ...volume('proxy1:v'), state_type: 'hard', ...health }]]),
});

const WELL = { status: 'healthy', is_healthy: true, is_degraded: false, reason: 'OK' } as const;
const DOWN = { status: 'offline', is_healthy: false, is_degraded: false, reason: 'NOT_MOUNTED' } as const;
const STARTING = { status: 'unknown', is_healthy: false, is_degraded: false, reason: 'NOT_CHECKED' } as const;
const NOBODY: Said = { proxy: proxy('proxy1'), volumes: new Map() };

/** What is said of a volume in each of these states, one after the other. */
function said(...healths: readonly Partial<VolumeHealth>[]): string[] {
  let before = NOBODY;
  return healths.map((health) => {
    const next = nextSaid(before, slice(health));
    before = next.said;
    return next.transitions.map(({ current }) => current.status).join();
  });
}

describe('what there is to say of a volume', () => {
  it('is nothing at first sight if it is well, and something if it is not', () => {
    expect(said(WELL)).toEqual(['']);
    expect(said(DOWN)).toEqual(['offline']);
    expect(said({ ...WELL, is_degraded: true, reason: 'FULL' })).toEqual(['healthy']);
  });

  it.each([
    ['its status', WELL, DOWN],
    ['degraded', WELL, { ...WELL, is_degraded: true }],
    ['its reason', DOWN, { ...DOWN, reason: 'MOUNT_STALE' as const }],
    ['its certainty', { ...DOWN, state_type: 'soft' as const }, { ...DOWN, state_type: 'hard' as const }],
  ])('is that %s moved', (_, before, after) => {
    expect(said(before, after)[1]).toBe(after.status);
  });

  it('is nothing where only its times and its sentence moved', () => {
    expect(said(WELL, { ...WELL, status_info: 'usable, 5 % used', last_checked_at: null })).toEqual(['', '']);
  });

  it('is nothing of a proxy that was restarted, until a first verdict differs', () => {
    expect(said(WELL, STARTING, STARTING, WELL)).toEqual(['', '', '', '']);
    expect(said(WELL, STARTING, DOWN)).toEqual(['', '', 'offline']);
  });
});

describe('what there is to say of a proxy', () => {
  it.each([
    ['its status', { status: 'unhealthy' as const }],
    ['why it is unhealthy', { error_message: 'connection refused' }],
    ['its certainty', { state_type: 'soft' as const }],
  ])('is that %s moved', (_, moved) => {
    const steady = nextSaid(NOBODY, slice(WELL));
    expect(steady.transitions).toEqual([]);
    expect(nextSaid(steady.said, slice(WELL, moved)).transitions).toMatchObject([{ of: 'proxy', current: moved }]);
  });
});
