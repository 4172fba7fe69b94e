import { describe, expect, it } from 'vitest';
import { effectiveStatus, type ProxyView, staleAtMs } from '../../manager/effective-status.ts';
import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import { received } from './received-fixture.ts';

const VOLUME: ReceivedVolumeReport = {
  status: 'healthy',
  status_info: 'usable',
  backend: 'vfs',
  last_checked_at: '2026-01-22T10:00:00.000Z',
  reason: 'OK',
  interval_ms: 30_000,
  timeout_ms: 5_000,
  checked_mono_ms: 900,
};

/** Polled at 10,000 on our clock, when the proxy's own stood at 1,000. */
function view(volume: ReceivedVolumeReport | null | undefined, change: Partial<ProxyView> = {}): ProxyView {
  const volumes = new Map(volume === undefined ? [] : [['v', volume]]);
  return {
    isAsked: true,
    isHealthy: true,
    disturbance: null,
    pollIntervalMs: 10_000,
    received: received({ askedMonoMs: 10_000, mono_ms: 1_000, volumes }),
    ...change,
  };
}

/** 100 ms old when asked; 2.2 × 30 s + 5 s + 2 × 10 s + 5 s. */
const STALE_AT = 10_000 - 100 + 66_000 + 5_000 + 20_000 + 5_000;

describe('the effective status', () => {
  it.each([
    ['of a proxy that is not configured', null, 'unknown', 'PROXY_NOT_CONFIGURED'],
    ['while the manager itself was stopped', view(VOLUME, { disturbance: 'paused' }), 'unknown', 'OBSERVER_PAUSED'],
    [
      'while the manager is too busy',
      view(VOLUME, { disturbance: 'overloaded', isHealthy: false }),
      'unknown',
      'OBSERVER_OVERLOADED',
    ],
    ['before the first poll', view(VOLUME, { isAsked: false, received: null }), 'unknown', 'NOT_CHECKED'],
    ['behind a dead proxy', view(VOLUME, { isHealthy: false }), 'unknown', 'PROXY_UNREACHABLE'],
    ['of a volume that is not reported', view(undefined), 'unknown', 'NOT_REPORTED'],
    ['of a volume whose report is rubbish', view(null), 'unknown', 'UNREADABLE_REPORT'],
    ['before the storage was asked', view({ ...VOLUME, last_checked_at: null }), 'unknown', 'NOT_CHECKED'],
    ['of a volume that is well', view(VOLUME), 'healthy', 'OK'],
    [
      'of a volume that is down',
      view({ ...VOLUME, status: 'offline', reason: 'MOUNT_STALE' }),
      'offline',
      'MOUNT_STALE',
    ],
    [
      'of one that cannot be told',
      view({ ...VOLUME, status: 'unavailable', reason: 'CHECK_TIMEOUT' }),
      'unavailable',
      'CHECK_TIMEOUT',
    ],
  ] as const)('%s is right', (_, given, status, reason) => {
    expect(effectiveStatus(given, 'v', 10_050)).toMatchObject({ status, reason });
  });

  it('turns stale when its time is over, and not a millisecond before', () => {
    expect(effectiveStatus(view(VOLUME), 'v', STALE_AT).status).toBe('healthy');
    expect(effectiveStatus(view(VOLUME), 'v', STALE_AT + 1)).toMatchObject({ status: 'unknown', reason: 'STALE' });
  });
});

describe('the time at which a verdict turns stale', () => {
  it('counts the whole round trip and the age at the proxy', () => {
    expect(staleAtMs(view(VOLUME), VOLUME)).toBe(STALE_AT);
  });

  it('is not put off by a proxy that claims to have asked in the future', () => {
    const seen = view({ ...VOLUME, checked_mono_ms: 10 ** 12 });
    expect(staleAtMs(seen, seen.received?.volumes.get('v') ?? VOLUME)).toBe(STALE_AT + 100);
  });

  it.each([Number.MAX_VALUE, 10 ** 12])('is not put off for ever by an interval of %d ms', (interval_ms) => {
    const volume = { ...VOLUME, interval_ms };
    expect(staleAtMs(view(volume), volume)).toBeLessThan(3 * 86_400_000);
  });

  it('is reckoned with usual times where the proxy gives none', () => {
    const { interval_ms, timeout_ms, ...floor } = VOLUME;
    expect(staleAtMs(view(floor), floor)).toBe(STALE_AT);
  });
});
