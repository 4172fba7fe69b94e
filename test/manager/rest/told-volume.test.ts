import { expect, it } from 'vitest';
import { toldVolume } from '../../../manager/rest/told-volume.ts';
import type { ReceivedVolumeReport } from '../../../schema/volume-report.ts';

const PACE = { intervalMs: 60_000, timeoutMs: 15_000 };
const NOON_MS = Date.parse('2026-01-22T12:00:00Z');

const volume = (secondsBeforeNoon: number, change: Partial<ReceivedVolumeReport> = {}): ReceivedVolumeReport => ({
  status: 'healthy',
  status_info: null,
  backend: 'vfs',
  last_checked_at: new Date(NOON_MS - secondsBeforeNoon * 1_000).toISOString().replace('Z', '+00:00'),
  ...change,
});

/** Of an answer that was asked for at 500 s of the manager's clock. */
const told = (
  said: ReceivedVolumeReport,
  { madeMs = NOON_MS, previous = null }: { madeMs?: number | null; previous?: ReceivedVolumeReport | null } = {},
) => toldVolume(said, previous, { at: { askedMonoMs: 500_000, madeMs }, pace: PACE });

it("is as old as its proxy's own clock makes it, and the second that the date leaves open", () => {
  expect(told(volume(20)).checked_mono_ms).toBe(500_000 - 20_000 - 1_000);
});

it('is no younger for a check that is said to be yet to come', () => {
  expect(told(volume(-3_600)).checked_mono_ms).toBe(500_000 - 1_000);
});

it('is as old as the first answer that had it, where no clock tells', () => {
  const first = told(volume(20), { madeMs: null });
  expect(first.checked_mono_ms).toBe(500_000);
  const again = toldVolume(volume(20), first, { at: { askedMonoMs: 510_000, madeMs: null }, pace: PACE });
  expect(again.checked_mono_ms).toBe(500_000);
  const anew = toldVolume(volume(5), again, { at: { askedMonoMs: 520_000, madeMs: null }, pace: PACE });
  expect(anew.checked_mono_ms).toBe(520_000);
});

it('was never checked where its proxy says so, whatever it says beside', () => {
  expect(told(volume(0, { last_checked_at: null, checked_mono_ms: 7 })).checked_mono_ms).toBeNull();
});

it('says nothing that would steer a terminal, and ends its instants with Z', () => {
  const said = told(volume(20, { status_info: 'a\u001B[2Jb', backend: 'v\nfs' }));
  expect(said).toMatchObject({ status_info: 'a [2Jb', backend: 'v fs', last_checked_at: '2026-01-22T11:59:40.000Z' });
});

it.for([
  ['healthy', false, 'OK'],
  ['healthy', true, 'STORAGE_DEGRADED'],
  ['offline', false, 'STORAGE_DOWN'],
  ['unavailable', false, 'HWINFO_FAILED'],
] as const)('has a reason though its proxy gives none: %s, degraded %s', ([status, degraded, reason]) => {
  expect(told(volume(20, { status, degraded })).reason).toBe(reason);
});
