import { describe, expect, test } from 'vitest';
import { purestorage } from '../../backends/purestorage.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { mountAnswer } from './mount-answer.ts';

describe('a volume of purestorage', () => {
  test('is what its mount is, and says what else is not asked', async () => {
    expect(await mountAnswer(purestorage)).toMatchObject({
      status: 'pass',
      notChecked: expect.arrayContaining(['Purity API']),
    });
  });

  test('may have the options of Backend.AI', () => {
    const volume =
      '[volume.v]\nbackend = "purestorage"\npath = "/v"\n[volume.v.options]\npurity_endpoint = "https://p"\npurity_ssl_verify = false\npurity_api_token = "T-1"\npurity_api_version = "1.8"\npurity_fs_name = "FB"\n';
    const { config, warnings } = parseProxyConfig(`[api.manager]\nsecret = "s"\n${volume}`, 'storage-proxy.toml');
    expect([config.volume['v']?.options ?? {}, warnings]).toEqual([{}, []]);
  });
});
