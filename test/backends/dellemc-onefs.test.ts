import { describe, expect, test } from 'vitest';
import { dellemcOnefs } from '../../backends/dellemc-onefs.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { mountAnswer } from './mount-answer.ts';

describe('a volume of dellemc-onefs', () => {
  test('is what its mount is, and says what else is not asked', async () => {
    expect(await mountAnswer(dellemcOnefs)).toMatchObject({
      status: 'pass',
      notChecked: expect.arrayContaining(['OneFS API']),
    });
  });

  test('may have the options of Backend.AI', () => {
    const volume =
      '[volume.v]\nbackend = "dellemc-onefs"\npath = "/v"\n[volume.v.options]\ndell_endpoint = "https://d"\ndell_admin = "a"\ndell_password = "hunter2"\ndell_api_version = "12"\ndell_ifs_path = "/ifs"\ndell_system_name = "s"\n';
    const { config, warnings } = parseProxyConfig(`[api.manager]\nsecret = "s"\n${volume}`, 'storage-proxy.toml');
    expect([config.volume['v']?.options ?? {}, warnings]).toEqual([{}, []]);
  });
});
