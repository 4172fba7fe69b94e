import { describe, expect, test } from 'vitest';
import type { Backend } from '../../backends/backend.ts';
import { dellemcOnefs } from '../../backends/dellemc-onefs.ts';
import { exascaler } from '../../backends/exascaler.ts';
import { hammerspace } from '../../backends/hammerspace.ts';
import { purestorage } from '../../backends/purestorage.ts';
import { parseProxyConfig } from '../../proxy/config.ts';
import { mountAnswer } from './mount-answer.ts';

describe.each<[string, { backend: Backend; unasked: string; options: string }]>([
  ['exascaler', { backend: exascaler, unasked: 'Lustre servers', options: '' }],
  [
    'hammerspace',
    {
      backend: hammerspace,
      unasked: 'Hammerspace API',
      options:
        'address = "https://h"\nusername = "u"\npassword = "hunter2"\nmount_source = "h:/x"\nshare_query_retry = 5\nssl_config = { cert_file = "c" }\n',
    },
  ],
  [
    'purestorage',
    {
      backend: purestorage,
      unasked: 'Purity API',
      options:
        'purity_endpoint = "https://p"\npurity_ssl_verify = false\npurity_api_token = "T-1"\npurity_api_version = "1.8"\npurity_fs_name = "FB"\n',
    },
  ],
  [
    'dellemc-onefs',
    {
      backend: dellemcOnefs,
      unasked: 'OneFS API',
      options:
        'dell_endpoint = "https://d"\ndell_admin = "a"\ndell_password = "hunter2"\ndell_api_version = "12"\ndell_ifs_path = "/ifs"\ndell_system_name = "s"\n',
    },
  ],
])('a volume of %s', (name, { backend, unasked, options }) => {
  test('is what its mount is, and says what else is not asked', async () => {
    expect(await mountAnswer(backend)).toMatchObject({ status: 'pass', notChecked: expect.arrayContaining([unasked]) });
  });

  test('may have the options of Backend.AI', () => {
    const volume = `[volume.v]\nbackend = "${name}"\npath = "/v"\n[volume.v.options]\n${options}`;
    const { config, warnings } = parseProxyConfig(`[api.manager]\nsecret = "s"\n${volume}`, 'storage-proxy.toml');
    expect([config.volume['v']?.options ?? {}, warnings]).toEqual([{}, []]);
  });
});
