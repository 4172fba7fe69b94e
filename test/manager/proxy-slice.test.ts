import { describe, expect, it } from 'vitest';
import type { ProxyView } from '../../manager/effective-status.ts';
import { isSeenAlike, nextSlice, type ProxySlice, staleness } from '../../manager/proxy-slice.ts';
import { UNASKED } from '../../probe/target-state.ts';
import { StorageProxyHealth } from '../../schema/storage-proxy-health.ts';
import { VolumeHealth } from '../../schema/volume-health.ts';
import type { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import { received } from './received-fixture.ts';

const at = (seconds: number) => ({ wall: Date.parse('2026-01-22T10:00:00Z') + seconds * 1_000, mono: seconds * 1_000 });
const iso = (seconds: number) => new Date(at(seconds).wall).toISOString();

const report = (change: Partial<ReceivedVolumeReport> = {}): ReceivedVolumeReport => ({
  status: 'healthy',
  status_info: 'usable',
  backend: 'vfs',
  last_checked_at: iso(0),
  since: iso(-3_600),
  reason: 'OK',
  degraded: false,
  checks: [],
  ...change,
});

interface Poll {
  readonly volumes: Record<string, ReceivedVolumeReport | null>;
  readonly healthy?: boolean;
  readonly epoch?: string;
  readonly seconds: number;
}

function after(polls: readonly Poll[], expectedVolumes: readonly string[] = []): ProxySlice {
  const slice = polls.reduce<ProxySlice | null>((previous, { volumes, healthy = true, epoch = 'first', seconds }) => {
    const view: ProxyView = {
      isAsked: true,
      isHealthy: healthy,
      disturbance: null,
      pollIntervalMs: 10_000,
      received: received({ askedMonoMs: at(seconds).mono, epoch, volumes: new Map(Object.entries(volumes)) }),
    };
    const reading = { ok: healthy, label: 'x', errorMessage: healthy ? null : 'connection refused' };
    const state = { ...UNASKED, reading, checkedAt: at(seconds), since: at(seconds) };
    return nextSlice(previous, { name: 'proxy1', state, view, touched: 'all', expectedVolumes, now: at(seconds) });
  }, null);
  if (slice === null) throw new Error('no poll');
  return slice;
}

const since = (polls: readonly Poll[]) => after(polls).volumes.get('a')?.since;

const names = (slice: ProxySlice) => [...slice.volumes.keys()];

const many = (prefix: string) =>
  Object.fromEntries(Array.from({ length: 1_500 }, (_, index) => [`${prefix}${index}`, report()]));

describe('the part of the state that one proxy decides', () => {
  it('lists the volumes by name, as the wire has them', () => {
    const slice = after([{ volumes: { b: report(), a: report() }, seconds: 0 }]);
    expect(names(slice)).toEqual(['a', 'b']);
    for (const volume of slice.volumes.values()) expect(VolumeHealth.parse(volume)).toEqual(volume);
    expect(StorageProxyHealth.parse(slice.proxy)).toEqual(slice.proxy);
  });

  it('believes a healthy proxy: a volume that it no longer reports is dropped', () => {
    const slice = after([
      { volumes: { a: report(), b: report() }, seconds: 0 },
      { volumes: { a: report() }, seconds: 10 },
    ]);
    expect(names(slice)).toEqual(['a']);
  });

  it('keeps every volume that it ever saw behind a proxy that is away, as unknown, with what was known', () => {
    const slice = after([
      { volumes: { a: report({ status: 'offline', reason: 'MOUNT_STALE' }) }, seconds: 0 },
      { volumes: { a: report({ status: 'offline', reason: 'MOUNT_STALE' }) }, healthy: false, seconds: 10 },
    ]);
    expect(slice.volumes.get('a')).toMatchObject({
      status: 'unknown',
      reason: 'PROXY_UNREACHABLE',
      is_healthy: false,
      last_known_status: 'offline',
      last_checked_at: iso(0),
      backend_type: 'vfs',
    });
  });

  it('keeps a volume that a restarted proxy does not report, as unknown, until a poll says that it is gone', () => {
    const polls = [
      { volumes: { a: report(), b: report() }, seconds: 0 },
      { volumes: { a: report(), b: report() }, healthy: false, seconds: 10 },
      { volumes: { a: report() }, healthy: false, epoch: 'second', seconds: 20 },
      { volumes: { a: report() }, healthy: false, epoch: 'second', seconds: 30 },
      { volumes: { a: report() }, epoch: 'second', seconds: 40 },
    ];
    const slices = polls.map((_, i) => after(polls.slice(0, i + 1)));
    expect(slices.map(names)).toEqual([['a', 'b'], ['a', 'b'], ['a', 'b'], ['a', 'b'], ['a']]);
    expect(slices[3]?.volumes.get('b')).toMatchObject({
      status: 'unknown',
      reason: 'PROXY_UNREACHABLE',
      last_known_status: 'healthy',
      last_checked_at: iso(0),
    });
  });

  it('keeps no more than a thousand that are not reported, beside those that are reported or expected', () => {
    const restarts = ['a', 'b', 'c'].map((epoch, index) => ({ epoch, volumes: many(epoch), seconds: 10 * index }));
    const away = restarts.map((restart) => ({ ...restart, healthy: false }));
    expect(names(after(away, ['photos'])).length).toBe(1_500 + 1_000 + 1);
  });

  it('says of no volume that it is degraded while its status is unknown', () => {
    const polls = [
      { volumes: { a: report({ degraded: true }) }, seconds: 0 },
      { volumes: { a: report({ degraded: true }) }, healthy: false, seconds: 10 },
    ];
    expect(polls.map((_, i) => after(polls.slice(0, i + 1)).volumes.get('a')?.is_degraded)).toEqual([true, false]);
  });

  it('shows volumes that are expected behind a proxy that was never reached', () => {
    const slice = after([{ volumes: {}, healthy: false, seconds: 0 }], ['photos']);
    expect(slice.volumes.get('photos')).toMatchObject({ status: 'unknown', backend_type: 'unknown' });
  });

  it('shows a volume whose report is rubbish as unknown, and the others as they are', () => {
    const slice = after([{ volumes: { a: null, b: report() }, seconds: 0 }]);
    expect([...slice.volumes.values()].map(({ status, reason }) => [status, reason])).toEqual([
      ['unknown', 'UNREADABLE_REPORT'],
      ['healthy', 'OK'],
    ]);
  });

  it('passes on what a newer report brings along', () => {
    const newer = { ...report(), bandwidth: 5 } as ReceivedVolumeReport;
    expect(after([{ volumes: { a: newer }, seconds: 0 }]).volumes.get('a')).toMatchObject({ bandwidth: 5 });
  });
});

describe('since when a volume is what it is', () => {
  it('is what its proxy says', () => {
    expect(since([{ volumes: { a: report() }, seconds: 0 }])).toBe(iso(-3_600));
  });

  it('is not moved by a restart of the proxy, which begins to count anew', () => {
    const restarted = report({ since: iso(9) });
    expect(
      since([
        { volumes: { a: report() }, seconds: 0 },
        { volumes: { a: restarted }, epoch: 'second', seconds: 10 },
        { volumes: { a: restarted }, epoch: 'second', seconds: 20 },
      ]),
    ).toBe(iso(-3_600));
  });

  it('moves where the volume was away and came back between two polls', () => {
    const polls = [
      { volumes: { a: report() }, seconds: 0 },
      { volumes: { a: report({ since: iso(9) }) }, seconds: 10 },
    ];
    expect(since(polls)).toBe(iso(9));
  });

  it('survives a restart that leaves the volume unknown for a while', () => {
    const polls = [
      { volumes: { a: report() }, seconds: 0 },
      { volumes: { a: report() }, healthy: false, seconds: 10 },
      { volumes: { a: report({ last_checked_at: null, since: null }) }, epoch: 'second', seconds: 20 },
      { volumes: { a: report({ since: iso(21) }) }, epoch: 'second', seconds: 30 },
    ];
    expect(since(polls.slice(0, 3))).toBe(iso(10));
    expect(since(polls)).toBe(iso(-3_600));
  });

  it('is the moment of the first poll that failed, while the proxy is away', () => {
    const away = { volumes: { a: report() }, healthy: false };
    expect(
      since([
        { volumes: { a: report() }, seconds: 0 },
        { ...away, seconds: 10 },
        { ...away, seconds: 20 },
      ]),
    ).toBe(iso(10));
  });

  it('moves with the status', () => {
    const broken = report({ status: 'offline', since: iso(9) });
    expect(
      since([
        { volumes: { a: report() }, seconds: 0 },
        { volumes: { a: broken }, seconds: 10 },
      ]),
    ).toBe(iso(9));
  });
});

describe('the time at which something turns stale', () => {
  it('is that of the volume which turns first', () => {
    const slice = after([
      {
        volumes: { slow: report({ interval_ms: 300_000 }), fast: report({ interval_ms: 10_000, timeout_ms: 1_000 }) },
        seconds: 0,
      },
    ]);
    expect(staleness(slice, 'all', at(0)).nextMs).toBe(22_000 + 1_000 + 20_000 + 5_000);
  });

  it('is never while the proxy is away: nothing is shown as current then', () => {
    const slice = after([{ volumes: { a: report() }, healthy: false, seconds: 0 }]);
    expect(staleness(slice, 'all', at(0))).toEqual({ stale: [], nextMs: Infinity });
  });

  it('has come for the volumes that are not shown so yet, and for no other', () => {
    const times = { interval_ms: 10_000, timeout_ms: 1_000 };
    const slice = after([{ volumes: { slow: report({ interval_ms: 300_000 }), fast: report(times) }, seconds: 0 }]);
    const { stale, nextMs } = staleness(slice, 'all', at(60));
    expect([stale, nextMs > at(60).mono]).toEqual([['fast'], true]);
  });
});

describe('what is known of a proxy', () => {
  const seen = { isAsked: true, isHealthy: true, disturbance: null, pollIntervalMs: 10_000, received: received({}) };
  it.each([
    ['is asked', { isAsked: false }],
    ['is healthy', { isHealthy: false }],
    ['can be heard', { disturbance: 'paused' as const }],
    ['is the same as before', { received: received({ epoch: 'another' }) }],
  ])('has all its volumes looked at where it moved whether it %s', (_, moved) => {
    expect([isSeenAlike(seen, { ...seen }), isSeenAlike(seen, { ...seen, ...moved })]).toEqual([true, false]);
  });
});

it('reckons anew with all volumes of a proxy that takes much longer to answer than before, and not for a little', () => {
  const seen = after([{ volumes: { a: report() }, seconds: 10 }]).view;
  const told = seen.received ?? received({});
  const slower = (ms: number) => ({ ...seen, received: { ...told, offsetMs: told.offsetMs - ms } });
  expect([50, 150, -5_000].map((ms) => isSeenAlike(seen, slower(ms)))).toEqual([true, false, true]);
});

const viewOf = (rest: Parameters<typeof received>[0], isHealthy = true): ProxyView => ({
  isAsked: true,
  isHealthy,
  disturbance: null,
  pollIntervalMs: 10_000,
  received: received(rest),
});
const sliceOf = (known: ProxyView, warnings: readonly string[] = []) =>
  nextSlice(null, {
    name: 'proxy1',
    state: { ...UNASKED, reading: { ok: known.isHealthy, label: 'x', errorMessage: null } },
    view: known,
    touched: 'all',
    expectedVolumes: [],
    warnings,
    now: at(0),
  });
const findings = { warnings: ['it cannot reach etcd'], unlisted: ['gone'] };

describe('a proxy', () => {
  it('that was never reached speaks no protocol, and has the warnings of its configuration', () => {
    const { proxy } = sliceOf({ ...viewOf({}, false), received: null }, ['its certificate is not verified']);
    expect([proxy.protocol, proxy.warnings]).toEqual([null, ['its certificate is not verified']]);
  });

  it('of ours speaks trpc', () => {
    expect(sliceOf(viewOf({})).proxy.protocol).toBe('trpc');
  });

  it('of Backend.AI is asked by rest, and warns of what was found out while it is healthy', () => {
    const { received: known } = viewOf({});
    const rest = { ...viewOf({}), received: known && { ...known, rest: findings } };
    expect(sliceOf(rest, ['first']).proxy).toMatchObject({
      protocol: 'rest',
      warnings: ['first', ...findings.warnings],
    });
    expect(sliceOf({ ...rest, isHealthy: false }).proxy).toMatchObject({ protocol: 'rest', warnings: [] });
  });

  it('of Backend.AI keeps the volumes that it names no more, as not reported', () => {
    const { received: known } = viewOf({ volumes: new Map([['v', report()]]) });
    const { volumes } = sliceOf({ ...viewOf({}), received: known && { ...known, rest: findings } });
    expect(Array.from(volumes, ([name, { status, reason }]) => [name, status, reason])).toEqual([
      ['gone', 'unknown', 'NOT_REPORTED'],
      ['v', 'healthy', 'OK'],
    ]);
  });
});
