import { describe, expect, it } from 'vitest';
import { parseProxyConfig } from '../../proxy/config.ts';
import { openVolume } from '../../proxy/open-volume.ts';
import { volumeAt } from '../backends/volumes.ts';
import { problemsOf } from '../problems-of.ts';

const API = '[api.manager]\nsecret = "s"\n';

const read = (toml: string) => parseProxyConfig(API + toml, 'storage-proxy.toml');

const weka = (options: string) => `[volume.v]\nbackend = "weka"\npath = "/v"\n[volume.v.options]\n${options}\n`;

/** The sections of a Backend.AI `storage-proxy.toml` for each appliance, with the keys that its releases know. */
const SECTIONS: Readonly<Record<string, string>> = {
  gpfs: `
backend = "gpfs"
path = "/gpfs/fs1"
[volume.v.options]
gpfs_endpoint = "https://gui.example:443"
gpfs_username = "admin"
gpfs_password = "pw"
gpfs_fs_name = "fs1"
gpfs_verify_ssl = true
gpfs_owner = "1000:1000"
gpfs_fileset_prefix = "bai"`,
  spectrumscale: `
backend = "spectrumscale"
path = "/gpfs/fs1"
[volume.v.options]
gpfs_endpoint = "https://gui.example:443"
gpfs_username = "admin"
gpfs_password = "pw"
gpfs_fs_name = "fs1"`,
  weka: `
backend = "weka"
path = "/vfroot/weka"
[volume.v.options]
weka_endpoint = "https://weka.example"
weka_username = "admin"
weka_password = "pw"
weka_organization = "Root"
weka_fs_name = "fs"`,
  vast: `
backend = "vast"
path = "/vfroot/vast"
[volume.v.options]
vast_endpoint = "https://vast.example"
vast_username = "admin"
vast_password = "pw"
vast_verify_ssl = "true"
vast_force_login = true
vast_api_version = "v2"
vast_cluster_id = 1
vast_storage_base_dir = "/"
vast_cluster_info_cache_ttl = 120.0`,
  netapp: `
backend = "netapp"
path = "/vfroot/netapp"
[volume.v.options]
netapp_ontap_endpoint = "https://netapp.example"
netapp_ontap_user = "admin"
netapp_ontap_password = "pw"
netapp_svm = "svm"
netapp_volume_name = "vol"
netapp_nfs_host = "nfs.example"
netapp_xcp_cmd = ["sudo", "xcp"]`,
  'netapp of 22.09': `
backend = "netapp"
path = "/vfroot/netapp"
[volume.v.options]
netapp_endpoint = "https://netapp.example.com"
netapp_admin = "signed-in-id"
netapp_password = "signed-in-pw"
netapp_svm = "svm-name"
netapp_volume_name = "netapp-volume-name"
netapp_qtree_name = "bai_qtree"
netapp_xcp_container_name = "netapp-xcp"
netapp_xcp_hostname = "xcp-hostname"
netapp_xcp_catalog_path = "path for xcp-catalog"`,
};

/** As it stands in Backend.AI's sample: to be filled in. */
const UNFILLED = `[volume.weka]
backend = "weka"
path = "/vfroot/weka"
[volume.weka.options]
weka_endpoint = "https://wekaio.example.com"  # Endpoint to Weka.IO API
weka_username = ""  # Weka.IO Username
weka_password = ""
weka_organization = ""
weka_fs_name = ""
weka_verify_ssl = false
`;

describe("an appliance's section of Backend.AI's storage-proxy.toml", () => {
  it.each(Object.entries(SECTIONS))('is read unchanged, without a warning: %s', (_name, section) => {
    const { config, warnings } = read(`[volume.v]${section}\n`);
    expect(warnings).toEqual([]);
    const volume = config.volume['v']!;
    const checks = openVolume('v', volume, volumeAt({ path: volume.path }));
    expect(checks.map(({ name }) => name)).toEqual(['mount', 'backend']);
  });

  it('is read as it stands in the sample, with a warning for each value that is to be filled in', () => {
    const { config, warnings } = read(UNFILLED);
    const empty = 'is empty; the volume will be unavailable';
    expect(warnings).toEqual([
      `storage-proxy.toml:8  volume.weka.options.weka_username  ${empty}`,
      `storage-proxy.toml:9  volume.weka.options.weka_password  ${empty}`,
      `storage-proxy.toml:11  volume.weka.options.weka_fs_name  ${empty}`,
    ]);
    expect(Object.keys(config.volume)).toEqual(['weka']);
  });

  it.each([
    ['an older name', 'netapp_endpoint = ""\nnetapp_admin = "a"\nnetapp_password = "p"', 'netapp_endpoint'],
    [
      'a name beside an older one',
      'netapp_ontap_endpoint = ""\nnetapp_endpoint = "https://n"\nnetapp_admin = "a"\nnetapp_password = "p"',
      'netapp_ontap_endpoint',
    ],
    ['a user without a password', 'netapp_endpoint = "https://n"\nnetapp_admin = ""', 'netapp_admin'],
  ])('may leave empty %s: one warning', (_case, lines, key) => {
    const { warnings } = read(
      `[volume.v]\nbackend = "netapp"\npath = "/v"\n[volume.v.options]\nnetapp_volume_name = "x"\n${lines}\n`,
    );
    expect(warnings).toEqual([
      expect.stringMatching(`volume.v.options.${key}  is empty; the volume will be unavailable$`),
    ]);
  });

  it('that is not filled in makes its volume unavailable, and says what is missing', async () => {
    const volume = read(UNFILLED).config.volume['weka']!;
    const [check, ...others] = openVolume('weka', volume, volumeAt({ path: '/vfroot/weka' }));
    expect(others).toEqual([]);
    expect(await check?.ask(AbortSignal.timeout(1_000))).toMatchObject({
      status: 'unknown',
      reason: 'BAD_OPTIONS',
      info: expect.stringContaining('weka_username: expected the name of a user'),
    });
  });
});

describe('the options of an appliance', () => {
  const REST = 'weka_username = "u"\nweka_password = "pw"\nweka_fs_name = "fs"';

  it('may name several endpoints, and secrets by where they are', () => {
    const secret = REST.replace('"pw"', '{ env = "WEKA_PASSWORD" }');
    const { warnings } = read(
      weka(`weka_endpoint = ["https://a:14000", "https://b:14000"]\nca = "/ca.pem"\n${secret}`),
    );
    expect(warnings).toEqual([]);
  });

  it('warn of a certificate that nobody verifies', () => {
    const { warnings } = read(weka(`weka_endpoint = "https://a"\nweka_verify_ssl = false\n${REST}`));
    expect(warnings).toEqual([
      'storage-proxy.toml:8  volume.v.options.weka_verify_ssl  is false: nobody verifies who gets the credentials',
    ]);
  });

  it.each([
    ['http://weka.example:14000', 1],
    ['http://127.0.0.1:14000', 0],
    ['http://localhost:14000', 0],
    ['http://[::1]:14000', 0],
  ])('warn of credentials that others can read on their way to %s: %d', (endpoint, count) => {
    const { warnings } = read(weka(`weka_endpoint = "${endpoint}"\n${REST}`));
    const told =
      'storage-proxy.toml:7  volume.v.options.weka_endpoint  is not https: the credentials can be read on the way';
    expect(warnings).toEqual(Array.from({ length: count }, () => told));
  });

  it.each([
    [
      'weka_endpoint = "a:14000"',
      'weka_endpoint  expected a URL such as "https://storage.example:443", found a string',
    ],
    ['weka_endpoint = []', 'weka_endpoint  expected a URL such as "https://storage.example:443", found an array'],
    ['weka_endpoint = 5', 'weka_endpoint  expected a URL such as "https://storage.example:443", found a number'],
  ])('name a mistake: %s', (line, problem) => {
    expect(problemsOf(() => read(weka(`${line}\n${REST}`)))).toEqual([
      `storage-proxy.toml:7  volume.v.options.${problem}`,
    ]);
  });

  it('never show the secret that is wrong', () => {
    const line = REST.replace('"pw"', '{ envi = "hunter2", file = 5 }');
    const problems = problemsOf(() => read(weka(`weka_endpoint = "https://a"\n${line}`)));
    expect(problems).toEqual([
      'storage-proxy.toml:9  volume.v.options.weka_password  expected a text, { env = "NAME" } or { file = "/PATH" }, found a table',
    ]);
  });
});
