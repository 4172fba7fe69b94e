import { describe, expect, test } from 'vitest';
import { xfs } from '../../backends/xfs.ts';
import { describeConformance } from './conformance.ts';

describeConformance('xfs');
describeConformance('xfs', { options: { quota: true } });

describe('the options of an XFS volume', () => {
  test('expect no quotas where they say nothing of them', () => {
    expect(xfs.options.parse({})).toEqual({ quota: false });
  });

  test('may be those of Backend.AI', () => {
    expect(xfs.options.safeParse({ lock_file_path: '/tmp/backendai-xfs-file-lock' }).success).toBe(true);
  });

  test('name a mistake', () => {
    expect(xfs.options.safeParse({ quota: 'yes' }).error?.issues[0]?.message).toBe('expected true or false');
  });
});
