import { describe, expect, it } from 'vitest';
import { createPublishing } from '../../proxy/publishing.ts';
import type { Check } from '../../schema/check.ts';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { createFakeClock } from '../fake-clock.ts';
import { reportOf } from './reports.ts';

const MOUNT: Check = { name: 'mount', status: 'pass', reason: 'OK', info: null, checked_at: null, duration_ms: 1 };
const API: Check = { ...MOUNT, name: 'backend' };

/** Publishing as it is with one volume, which was published as it starts; what is published is noted with its second. */
function createPublished() {
  const clock = createFakeClock();
  const startMs = clock.mono();
  const published: string[] = [];
  const current = new Map<string, VolumeReport>();
  const publishing = createPublishing({
    clock,
    publish: (volume) => {
      const { status, status_info } = current.get(volume)!;
      published.push(`${(clock.mono() - startMs) / 1_000} s: ${volume} ${status}, ${status_info}`);
    },
  });
  const say = (given: Partial<VolumeReport>, volume = 'a') => {
    const previous = current.get(volume) ?? reportOf({ status: 'unavailable' });
    current.set(volume, { ...reportOf(), ...given });
    publishing.take(volume, current.get(volume)!, previous);
  };
  return { clock, published, publishing, say };
}

describe('what is published of a volume', () => {
  it('is a text at once, where nothing was for 10 s', async () => {
    const { clock, published, say } = createPublished();
    say({});
    await clock.advance(10_000);
    say({ status_info: 'usable, 20 % used' });
    expect(published).toEqual(['0 s: a healthy, usable', '10 s: a healthy, usable, 20 % used']);
  });

  it('is of all texts within 10 s the last one, when they are over', async () => {
    const { clock, published, say } = createPublished();
    say({});
    for (let used = 1; used <= 12; used += 1) {
      await clock.advance(1_000);
      say({ status_info: `${used} % used` });
    }
    await clock.advance(60_000);
    expect(published).toEqual(['0 s: a healthy, usable', '10 s: a healthy, 9 % used', '20 s: a healthy, 12 % used']);
  });

  it('is a text also where it is back to what it was: somebody may have read it in between', async () => {
    const { clock, published, say } = createPublished();
    say({});
    say({ status_info: 'usable, 20 % used' });
    say({ status_info: 'usable' });
    await clock.advance(10_000);
    expect(published).toEqual(['0 s: a healthy, usable', '10 s: a healthy, usable']);
  });

  it.each<[string, Partial<VolumeReport>]>([
    ['its status', { status: 'offline' }],
    ['whether it is degraded', { degraded: true }],
    ['its reason', { reason: 'NODES_DOWN' }],
    ['its certainty', { state_type: 'soft' }],
    ['that it was checked at all', { last_checked_at: null }],
  ])('is %s at once, however little time has passed', (_, moved) => {
    const { published, say } = createPublished();
    say({});
    say(moved);
    expect(published).toHaveLength(2);
  });

  it.each<[string, readonly Check[]]>([
    ['another status', [MOUNT, { ...API, status: 'fail' }]],
    ['another reason', [MOUNT, { ...API, reason: 'NODES_DOWN' }]],
    ['nothing any more', [MOUNT]],
  ])('is at once that a check says %s, though another one decides on its verdict', (_, checks) => {
    const { published, say } = createPublished();
    say({ checks: [MOUNT, API] });
    say({ checks: [...checks] });
    expect(published).toHaveLength(2);
  });

  it('is nothing where a check says the same of what it has measured anew', async () => {
    const { clock, published, say } = createPublished();
    say({ checks: [MOUNT, API] });
    say({ checks: [MOUNT, { ...API, info: '7 of 8 nodes', checked_at: '2026-01-22T10:00:30.000Z', duration_ms: 9 }] });
    await clock.advance(60_000);
    expect(published).toHaveLength(1);
  });

  it.each<[string, Partial<VolumeReport>]>([
    ['the count of attempts', { attempt: 2 }],
    ['how often it is asked', { interval_ms: 60_000 }],
  ])('is %s like a text', async (_, moved) => {
    const { clock, published, say } = createPublished();
    say({});
    say(moved);
    expect(published).toHaveLength(1);
    await clock.advance(10_000);
    expect(published).toHaveLength(2);
  });

  it('is no text any more that a transition has brought', async () => {
    const { clock, published, say } = createPublished();
    say({});
    await clock.advance(5_000);
    say({ status_info: 'usable, 20 % used' });
    say({ status: 'offline', status_info: 'gone' });
    await clock.advance(1_000);
    say({ status: 'offline', status_info: 'still gone' });
    await clock.advance(60_000);
    expect(published).toEqual(['0 s: a healthy, usable', '5 s: a offline, gone', '15 s: a offline, still gone']);
  });

  it('is nothing where times alone move', async () => {
    const { clock, published, say } = createPublished();
    say({});
    await clock.advance(30_000);
    say({ last_checked_at: '2026-01-22T10:00:30.000Z', checked_mono_ms: 30_000, probe_ms: 2 });
    await clock.advance(30_000);
    expect(published).toHaveLength(1);
  });

  it('is nothing where figures alone move: beats tell them', async () => {
    const { clock, published, say } = createPublished();
    say({});
    say({ metadata: { used_percent: 20 } });
    await clock.advance(60_000);
    expect(published).toHaveLength(1);
  });

  it('waits for no other volume', async () => {
    const { clock, published, say } = createPublished();
    say({});
    await clock.advance(5_000);
    say({}, 'b');
    say({ status_info: 'a text' });
    say({ status_info: 'a text' }, 'b');
    await clock.advance(60_000);
    expect(published.slice(2)).toEqual(['10 s: a healthy, a text', '15 s: b healthy, a text']);
  });

  it('is nothing after the end, which leaves no timer', async () => {
    const { clock, published, publishing, say } = createPublished();
    say({});
    say({ status_info: 'a text' });
    expect(clock.timers()).toBe(1);
    publishing.stop();
    expect(clock.timers()).toBe(0);
    await clock.advance(60_000);
    expect(published).toHaveLength(1);
  });
});
