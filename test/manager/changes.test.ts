import { describe, expect, it } from 'vitest';
import { changesOf, type LastSaid } from '../../manager/changes.ts';
import type { ProxySlice } from '../../manager/proxy-slice.ts';
import type { StorageProxyHealth } from '../../schema/storage-proxy-health.ts';
import type { VolumeHealth } from '../../schema/volume-health.ts';
import { proxy, volume } from './graphql/fixture.ts';
import { received } from './received-fixture.ts';

const NOW = { wall: Date.parse('2026-01-22T10:00:00Z'), mono: 0 };

function slice(
  volumes: Record<string, Partial<VolumeHealth>>,
  proxyHealth: Partial<StorageProxyHealth> = {},
): ProxySlice {
  const health = Object.entries(volumes).map(
    ([name, given]) => [name, { ...volume(`proxy1:${name}`), state_type: 'hard' as const, ...given }] as const,
  );
  return {
    proxy: { ...proxy('proxy1'), ...proxyHealth },
    volumes: new Map(health),
    verdicts: new Map(),
    view: { isAsked: true, isHealthy: true, disturbance: null, pollIntervalMs: 10_000, received: received({}) },
  };
}

const NOBODY = slice({});
const changes = (before: ProxySlice, now: ProxySlice) =>
  changesOf(before, now, { lastSaid: new Map(), now: NOW }).changes;

const WELL = { status: 'healthy', is_healthy: true, is_degraded: false, reason: 'OK' } as const;
const DOWN = { status: 'offline', is_healthy: false, is_degraded: false, reason: 'NOT_MOUNTED' } as const;
const STARTING = { status: 'unknown', is_healthy: false, is_degraded: false, reason: 'NOT_CHECKED' } as const;

/** The transitions of a volume that is in each of these states, one after the other. */
function said(...healths: readonly (Partial<VolumeHealth> | null)[]): string[] {
  let before = NOBODY;
  let lastSaid: LastSaid = new Map();
  return healths.map((health) => {
    const now = slice(health === null ? {} : { v: health });
    const next = changesOf(before, now, { lastSaid, now: NOW });
    before = now;
    ({ lastSaid } = next);
    return next.changes.map((change) => (change.of === 'volume' ? change.transition?.current.status : '')).join();
  });
}

describe('a transition of a volume', () => {
  it('is none at first sight if it is well, and one if it is not', () => {
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

  it('is none where a proxy is surer of what nobody can vouch for', () => {
    const masked = { status: 'unknown', is_healthy: false, reason: 'PROXY_UNREACHABLE' } as const;
    expect(said(WELL, { ...masked, state_type: 'soft' }, { ...masked, state_type: 'hard' })).toEqual([
      '',
      'unknown',
      '',
    ]);
  });

  it('is none where only its times and its sentence moved', () => {
    expect(said(WELL, { ...WELL, status_info: 'usable, 5 % used', last_checked_at: null })).toEqual(['', '']);
  });

  it('is none of a proxy that was restarted, until a first verdict differs', () => {
    expect(said(WELL, STARTING, STARTING, WELL)).toEqual(['', '', '', '']);
    expect(said(WELL, STARTING, DOWN)).toEqual(['', '', 'offline']);
  });

  it('is none of a volume that has not been asked yet, whose first verdict is told as at first sight', () => {
    const unasked = { ...STARTING, last_known_status: null };
    expect(said(unasked, WELL)).toEqual(['', '']);
    expect(said(unasked, unasked, DOWN)).toEqual(['', '', 'offline']);
    expect(said(unasked, null, unasked, DOWN)).toEqual(['', '', '', 'offline']);
    expect(said(unasked, null, unasked, WELL)).toEqual(['', '', '', '']);
    const { changes: told } = changesOf(slice({ v: STARTING }), slice({ v: DOWN }), { lastSaid: new Map(), now: NOW });
    expect(told).toMatchObject([{ previous: STARTING, current: DOWN, transition: { previous: null } }]);
  });

  it('is that it is back, as it is none that a volume which was not reported any more has not been asked yet', () => {
    const known = { ...WELL, last_known_status: 'healthy' as const };
    expect(said(known, null, known)).toEqual(['', 'unknown', 'healthy']);
    expect(said(known, null, STARTING, known)).toEqual(['', 'unknown', '', 'healthy']);
    expect(said(known, { ...STARTING, last_known_status: 'healthy' }, null)).toEqual(['', '', 'unknown']);
  });

  it('begins where the one before it has ended, though a volume went away while it was not asked yet', () => {
    const before = slice({ v: { ...STARTING, last_known_status: 'healthy' } });
    const lastSaid = slice({ v: WELL }).volumes;
    expect(changesOf(before, slice({}), { lastSaid, now: NOW }).changes).toMatchObject([
      { previous: STARTING, current: null, transition: { previous: WELL, current: { reason: 'NOT_REPORTED' } } },
    ]);
  });

  it('remembers a thousand volumes that are gone, and all that are there', () => {
    const names = Array.from({ length: 1_500 }, (_, index) => `v${index}`);
    const before = slice(Object.fromEntries(names.map((name) => [name, WELL])));
    const { lastSaid } = changesOf(before, slice({}), { lastSaid: new Map(), now: NOW });
    expect([lastSaid.size, lastSaid.has('v499'), lastSaid.has('v500')]).toEqual([1_000, false, true]);
  });

  it('compares with what was said before a restart, though subscribers saw it start', () => {
    const before = slice({ v: WELL });
    const starting = slice({ v: STARTING });
    const first = changesOf(before, starting, { lastSaid: new Map(), now: NOW });
    expect(first.changes).toMatchObject([{ previous: WELL, current: STARTING, transition: null }]);
    const then = changesOf(starting, slice({ v: DOWN }), { lastSaid: first.lastSaid, now: NOW });
    expect(then.changes).toMatchObject([{ previous: STARTING, current: DOWN, transition: { previous: WELL } }]);
  });
});

describe('a change of a volume', () => {
  it('is none where only times and figures moved', () => {
    const later = { ...WELL, last_checked_at: '2026-01-22T11:00:00Z', probe_ms: 7, metadata: { used: 7 } };
    expect(changes(slice({ v: WELL }), slice({ v: later }))).toEqual([]);
  });

  it('is that a sentence moved, though that is no transition', () => {
    const moved = changes(slice({ v: WELL }), slice({ v: { ...WELL, status_info: 'usable, 5 % used' } }));
    expect(moved).toMatchObject([{ of: 'volume', volume: 'v', transition: null }]);
  });

  it('is that its proxy no longer reports it: a transition, to unknown', () => {
    expect(changes(slice({ v: WELL, w: WELL }), slice({ w: WELL }))).toMatchObject([
      { volume: 'v', previous: WELL, current: null, transition: { current: { reason: 'NOT_REPORTED' } } },
    ]);
  });

  it('is no transition where nobody ever knew more of it than its name', () => {
    const expected = { ...STARTING, last_known_status: null };
    expect(changes(slice({ v: expected }), slice({}))).toMatchObject([{ current: null, transition: null }]);
  });
});

describe('a transition of a proxy', () => {
  it.each([
    ['its status', { status: 'unhealthy' as const }],
    ['its certainty', { state_type: 'soft' as const }],
  ])('is that %s moved, and comes before what its volumes do', (_, moved) => {
    const found = changes(slice({ v: WELL }), slice({ v: DOWN }, moved));
    expect(found).toMatchObject([{ of: 'proxy', isTransition: true, current: moved }, { of: 'volume' }]);
  });

  it.each(['healthy', 'unhealthy'] as const)('is that it was asked for the first time, and found %s', (status) => {
    const unasked = { status: 'unhealthy', last_checked_at: null, error_message: 'not checked yet' } as const;
    const asked = { status, error_message: status === 'healthy' ? null : 'connection refused' };
    expect(changes(slice({}, unasked), slice({}, asked))).toMatchObject([{ of: 'proxy', isTransition: true }]);
  });

  it.each([
    ['it was asked once more', { attempt: 2, last_checked_at: '2026-01-22T11:00:00Z' }],
    ['it fails in other words', { error_message: 'connection was reset' }],
  ])('is not that %s', (_, moved) => {
    expect(changes(NOBODY, slice({}, moved))).toMatchObject([{ of: 'proxy', isTransition: false }]);
  });
});

describe('a change of a proxy', () => {
  it.each([
    ['its warnings', { warnings: ['it cannot reach etcd'] }],
    ['its protocol', { protocol: 'rest' as const }],
  ])('that moves %s alone is told, and is no transition', (_, after) => {
    const told = changes(NOBODY, slice({}, after));
    expect(told).toMatchObject([{ of: 'proxy', isTransition: false, current: after }]);
  });

  it('is none where the same warnings are said again', () => {
    const [before, after] = [1, 2].map(() => slice({}, { warnings: ['it cannot reach etcd'] }));
    expect(changes(before!, after!)).toEqual([]);
  });
});
