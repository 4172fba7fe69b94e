import { describe, expect, test } from 'vitest';
import { xfs } from '../../backends/xfs.ts';
import { parseProxyConfig } from '../../proxy/config.ts';

describe('the options of an XFS volume', () => {
  test('expect no quotas where they say nothing of them', () => {
    expect(xfs.options.parse({})).toEqual({ quota: false });
  });

  test('may be those of Backend.AI', () => {
    const volume = `[volume.a]\nbackend = "xfs"\npath = "/a"\noptions = { lock_file_path = "/tmp/backendai-xfs-file-lock" }`;
    const { config, warnings } = parseProxyConfig(`[api.manager]\nsecret = "s"\n${volume}`, 'storage-proxy.toml');
    expect([config.volume['a']?.options, warnings]).toEqual([{}, []]);
  });

  test('name a mistake', () => {
    expect(xfs.options.safeParse({ quota: 'yes' }).error?.issues[0]?.message).toBe('expected true or false');
  });
});
