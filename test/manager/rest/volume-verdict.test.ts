import { expect, it } from 'vitest';
import { nextVolumeReport, UNASKED_VOLUME } from '../../../manager/rest/volume-verdict.ts';
import { parseHwinfo } from '../../../manager/rest/hwinfo.ts';

const NOON_MS = Date.parse('2026-01-22T12:00:00Z');
const at = (seconds: number) => ({ wall: NOON_MS + seconds * 1_000, mono: seconds * 1_000 });

/** Asked at one second, and answered at another. */
const asked = (status: string, [from, to]: readonly [number, number]) => ({
  hwinfo: parseHwinfo({ status, status_info: null, metadata: {} }),
  askedAt: at(from),
  state: { checkedAt: at(to), attempt: 1, stateType: 'hard' } as const,
  nextDueMs: null,
  pace: { intervalMs: 60_000, timeoutMs: 15_000 },
});

it('is as old as the question, however long the answer took', () => {
  const report = nextVolumeReport(UNASKED_VOLUME, asked('healthy', [10, 22]));
  expect(report).toMatchObject({
    checked_mono_ms: 10_000,
    last_checked_at: '2026-01-22T12:00:10.000Z',
    probe_ms: 12_000,
  });
});

it('holds since the first answer that said the same', () => {
  const answers = ['healthy', 'degraded', 'offline', 'offline'];
  const reports = answers.map((_, index) =>
    answers
      .slice(0, index + 1)
      .reduce((report, word, second) => nextVolumeReport(report, asked(word, [second, second])), UNASKED_VOLUME),
  );
  const seconds = reports.map(({ since }) => (Date.parse(since ?? '') - NOON_MS) / 1_000);
  expect(seconds).toEqual([0, 0, 2, 2]);
});
