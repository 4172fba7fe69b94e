import { describe, expect, test } from 'vitest';
import { hammerspace } from '../../backends/hammerspace.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { mountAnswer } from './mount-answer.ts';

describe('a volume of hammerspace', () => {
  test('is what its mount is, and says what else is not asked', async () => {
    expect(await mountAnswer(hammerspace)).toMatchObject({
      status: 'pass',
      notChecked: expect.arrayContaining(['Hammerspace API']),
    });
  });

  test('may have the options of Backend.AI', () => {
    const volume =
      '[volume.v]\nbackend = "hammerspace"\npath = "/v"\n[volume.v.options]\naddress = "https://h"\nusername = "u"\npassword = "hunter2"\nmount_source = "h:/x"\nshare_query_retry = 5\nssl_config = { cert_file = "c" }\n';
    const { config, warnings } = parseProxyConfig(`[api.manager]\nsecret = "s"\n${volume}`, 'storage-proxy.toml');
    expect([config.volume['v']?.options ?? {}, warnings]).toEqual([{}, []]);
  });
});
