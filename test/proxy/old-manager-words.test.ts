import { describe, expect, it } from 'vitest';
import { upstreamFsUsage, upstreamHwinfo } from '../../proxy/old-manager-words.ts';
import type { Metadata } from '../../schema/json.ts';
import { reportOf } from './reports.ts';

describe("a volume's hwinfo, in Backend.AI's words", () => {
  it.each([
    ['healthy', false, 'healthy'],
    ['healthy', true, 'degraded'],
    ['offline', false, 'offline'],
    ['unavailable', false, 'unavailable'],
  ] as const)('calls %s, degraded %s, %s', (status, degraded, word) => {
    expect(upstreamHwinfo(reportOf({ status, degraded })).status).toBe(word);
  });

  it('has three keys, and nothing but texts in its metadata', () => {
    const metadata: Metadata = { fstype: 'xfs', used_percent: 35, nodes: { up: 7 }, not_checked: ['x'], quota: null };
    expect(upstreamHwinfo(reportOf({ status_info: null, metadata }))).toEqual({
      status: 'healthy',
      status_info: null,
      metadata: {
        fstype: 'xfs',
        used_percent: '35',
        nodes: '{"up":7}',
        not_checked: '["x"]',
        quota: 'null',
      },
    });
  });
});

describe("a file system's usage, in Backend.AI's words", () => {
  it.each<[Metadata, number, number]>([
    [{ capacity_bytes: 100, used_bytes: 0 }, 100, 0],
    [{ capacity_bytes: '18014398509481984', used_bytes: 5 }, 2 ** 54, 5],
    [{}, -1, -1],
    [{ capacity_bytes: null, used_bytes: { a: 1 } }, -1, -1],
    [{ capacity_bytes: 'plenty', used_bytes: '' }, -1, -1],
  ])('of %j is %d and %d', (metadata, capacity_bytes, used_bytes) => {
    expect(upstreamFsUsage(metadata)).toEqual({ capacity_bytes, used_bytes });
  });
});
