import { describe, expect, test } from 'vitest';
import { exascaler } from '../../backends/exascaler.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { mountAnswer } from './mount-answer.ts';

describe('a volume of exascaler', () => {
  test('is what its mount is, and says what else is not asked', async () => {
    expect(await mountAnswer(exascaler)).toMatchObject({
      status: 'pass',
      notChecked: expect.arrayContaining(['Lustre servers']),
    });
  });

  test('may have the options of Backend.AI', () => {
    const volume = '[volume.v]\nbackend = "exascaler"\npath = "/v"\n';
    const { config, warnings } = parseProxyConfig(`[api.manager]\nsecret = "s"\n${volume}`, 'storage-proxy.toml');
    expect([config.volume['v']?.options ?? {}, warnings]).toEqual([{}, []]);
  });
});
