import { describe, expect, it } from 'vitest';
import { parseProxyConfig } from '../../proxy/config.ts';
import { problemsOf as refusals } from '../problems-of.ts';

const GOOD = `
[api.manager]
secret = "s"
[volume.local]
backend = "vfs"
path = "/local"
`;

const problemsOf = (text: string) => refusals(() => parseProxyConfig(text, 'storage-proxy.toml'));

describe('a storage-proxy.toml', () => {
  it('needs a secret and its volumes; the rest has defaults', () => {
    const { config, warnings } = parseProxyConfig(GOOD, 'storage-proxy.toml');
    expect(warnings).toEqual([]);
    expect(config.api.manager.service_addr).toEqual({ host: '127.0.0.1', port: 6022 });
    expect(config.volume['local']).toMatchObject({ health_check_interval: 30_000, capacity_warn: 90, mount: {} });
  });

  it.each([
    ['"0.0.0.0:6022"', { host: '0.0.0.0', port: 6022 }],
    ['"[::1]:6022"', { host: '::1', port: 6022 }],
    ['{ host = "h", port = 1 }', { host: 'h', port: 1 }],
    ['["h", 1]', { host: 'h', port: 1 }],
  ])('reads the address %s', (toml, address) => {
    const text = GOOD.replace('secret', `service-addr = ${toml}\nsecret`);
    expect(parseProxyConfig(text, 'f').config.api.manager.service_addr).toEqual(address);
  });

  it('reads keys in kebab-case and in snake_case, and leaves the names of volumes as they are', () => {
    const text = `${GOOD}[volume.my-volume]\nbackend = "vfs"\npath = "/p"\nhealth-check-interval = "5m"\n`;
    expect(parseProxyConfig(text, 'f').config.volume['my-volume']?.health_check_interval).toBe(300_000);
  });

  it('takes a text for true and false in every switch', () => {
    const text = `${GOOD}write-check = "true"\nmount.required = "yes"\n[volhealth]\npublic-volumes = "false"\n`;
    const { volume, volhealth } = parseProxyConfig(text, 'f').config;
    expect([volume['local']?.write_check, volume['local']?.mount.required, volhealth.public_volumes]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('may have empty names of files that are not used', () => {
    expect(problemsOf(GOOD.replace('secret', 'ssl-cert = ""\nssl-privkey = ""\nsecret'))).toEqual([]);
  });

  it.each(['0.0.0.0', '[::]', '203.0.113.7', '[2001:db8::1]', '172.32.0.1'])(
    'warns of an internal address that others than internal networks can reach: %s',
    (host) => {
      const text = `${GOOD}[volhealth]\ninternal-listen = "${host}:6123"\n`;
      expect(parseProxyConfig(text, 'storage-proxy.toml').warnings).toEqual([
        'storage-proxy.toml:8  volhealth.internal_listen  is neither a loopback nor a private address: whoever reaches it reads whole reports, without the secret',
      ]);
    },
  );

  it.each([
    '127.0.0.1',
    '[::1]',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '169.254.1.1',
    '[fd00::1]',
    '[fe80::1%eth0]',
    'localhost',
    'node1',
  ])('may have %s as its internal address', (host) => {
    const text = `${GOOD}[volhealth]\ninternal_listen = "${host}:6123"\n`;
    expect(parseProxyConfig(text, 'storage-proxy.toml').warnings).toEqual([]);
  });

  it.each([
    ['service_addr', '', 6022],
    ['listen', 'listen = "127.0.0.1:6122"\n', 6122],
  ])('cannot have its internal address where %s is', (_, listen, port) => {
    expect(problemsOf(`${GOOD}[volhealth]\ninternal_listen = "127.0.0.1:${port}"\n${listen}`)).toEqual([
      'storage-proxy.toml:8  volhealth.internal_listen  expected another address than the one that needs the secret',
    ]);
  });

  it('warns of a key that nobody knows, and is good all the same', () => {
    const { warnings } = parseProxyConfig(`${GOOD}helth_check_interval = "5m"`, 'storage-proxy.toml');
    expect(warnings).toEqual([
      'storage-proxy.toml:7  volume.local.helth_check_interval  is not a key that is known here; it is ignored',
    ]);
  });

  it.each<[string, string]>([
    [
      'marker = 5',
      'mount.marker  expected true, false, or the text of the marker file, at most 64 characters, found 5',
    ],
    ['source = ""', 'mount.source  expected at least one character, found an empty string'],
    ['root = "sub"', 'mount.root  expected an absolute path, found "sub"'],
  ])('is told what is wrong with the mount: %s', (line, problem) => {
    expect(problemsOf(`${GOOD}[volume.local.mount]\n${line}\n`)).toEqual([
      `storage-proxy.toml:8  volume.local.${problem}`,
    ]);
  });

  it('is told every mistake at once, those of the options too, in the order of its lines', () => {
    const text = `${GOOD}capacity_warn = "0%"
[volume.scratch]
backend = "xfs"
path = "scratch"
[volume.scratch.options]
quota = "true"
[volume.ceph]
backend = "cephfs"
path = "/ceph"
options = { cluster = true }
`;
    expect(problemsOf(text)).toEqual([
      'storage-proxy.toml:7  volume.local.capacity_warn  expected a percentage such as "90%", found "0%"',
      'storage-proxy.toml:10  volume.scratch.path  expected an absolute path, found "scratch"',
      'storage-proxy.toml:12  volume.scratch.options.quota  expected true or false, found a string',
      'storage-proxy.toml:16  volume.ceph.options.cluster  expected a table, found a boolean',
    ]);
  });

  it('warns of an option that the backend does not know', () => {
    const text = `${GOOD}[volume.local.options]\nquota = true\n`;
    const { config, warnings } = parseProxyConfig(text, 'storage-proxy.toml');
    expect(config.volume['local']?.options).toEqual({});
    expect(warnings).toEqual([
      'storage-proxy.toml:8  volume.local.options.quota  is not a key that is known here; it is ignored',
    ]);
  });

  it('says nothing of keys that Backend.AI knows', () => {
    const text = `${GOOD}
[storage-proxy]
node-id = "i-1"
num-proc = 4
session-expire = "1d"
[storage-proxy.volume-stats]
observe-interval = 10
[api.client]
service-addr = "0.0.0.0:6021"
[logging.console]
colored = true
[etcd]
addr = { host = "127.0.0.1", port = 2379 }
`;
    expect(parseProxyConfig(text, 'f').warnings).toEqual([]);
  });

  it('takes an unknown backend for one bad volume, not for a bad file', () => {
    const { config, warnings } = parseProxyConfig(GOOD.replace('"vfs"', '"tape"'), 'storage-proxy.toml');
    expect(config.volume['local']?.backend).toBe('tape');
    expect(warnings).toEqual([
      'storage-proxy.toml:5  volume.local.backend  there is no backend "tape"; the volume will be unavailable',
    ]);
  });

  it.each([
    ['[api.manager', 'storage-proxy.toml:1  (syntax)  '],
    [
      GOOD.replace('path = "/local"', ''),
      'storage-proxy.toml:4  volume.local.path  expected the path at which the volume is mounted, found nothing',
    ],
    [
      GOOD.replace('"/local"', '"local"'),
      'storage-proxy.toml:6  volume.local.path  expected an absolute path, found "local"',
    ],
    [
      `${GOOD}health_check_interval = "soon"`,
      'storage-proxy.toml:7  volume.local.health_check_interval  expected a duration such as "30s", "5m" or "1h30m", or a number of seconds, found "soon"',
    ],
    [
      `${GOOD}health_check_interval = "100ms"`,
      'storage-proxy.toml:7  volume.local.health_check_interval  expected at least "1s", found "100ms"',
    ],
    [
      `${GOOD}health_check_timeout = "1m"`,
      'storage-proxy.toml:7  volume.local.health_check_timeout  expected less than `health_check_interval`, found "1m"',
    ],
    [
      `${GOOD}[volhealth]\nhealth_status_words = "python"`,
      'storage-proxy.toml:8  volhealth.health_status_words  expected "design" or "upstream", found "python"',
    ],
    [
      `${GOOD}capacity_warn = "lots"`,
      'storage-proxy.toml:7  volume.local.capacity_warn  expected a percentage such as "90%", found "lots"',
    ],
    [
      GOOD.replace('secret = "s"', ''),
      'storage-proxy.toml:2  api.manager.secret  expected the secret that proxy and manager share, found nothing',
    ],
    [
      GOOD.replace('"s"', '5'),
      'storage-proxy.toml:3  api.manager.secret  expected the secret that proxy and manager share, found a number',
    ],
    ['', 'storage-proxy.toml:1  api.manager.secret  expected the secret that proxy and manager share, found nothing'],
    [
      GOOD.replace('secret', 'service-addr = "nowhere"\nsecret'),
      'storage-proxy.toml:3  api.manager.service_addr  expected an address such as "127.0.0.1:6022", found "nowhere"',
    ],
    [
      GOOD.replace('secret', 'service-addr = "127.0.0.1:65536"\nsecret'),
      'storage-proxy.toml:3  api.manager.service_addr  expected an address such as "127.0.0.1:6022", found "127.0.0.1:65536"',
    ],
    [
      GOOD.replace('secret', 'service-addr = ["127.0.0.1", " "]\nsecret'),
      'storage-proxy.toml:3  api.manager.service_addr  expected an address such as "127.0.0.1:6022", found an array',
    ],
    [
      GOOD.replace('secret', 'ssl-enabled = true\nsecret'),
      'storage-proxy.toml:3  api.manager.ssl_enabled  expected ssl_cert and ssl_privkey beside it',
    ],
    [
      GOOD.replace('secret', 'ssl-enabled = true\nssl-cert = "/c"\nssl-privkey = ""\nsecret'),
      'storage-proxy.toml:3  api.manager.ssl_enabled  expected ssl_cert and ssl_privkey beside it',
    ],
    [
      GOOD.replace('secret', 'ssl-client-ca = "/ca"\nsecret'),
      'storage-proxy.toml:3  api.manager.ssl_client_ca  expected `ssl_enabled = true` beside it, found "/ca"',
    ],
    [
      GOOD.replace('secret', 'ssl-enabled = true\nssl-cert = "/c"\nssl-privkey = "/k"\nssl-client-ca = ""\nsecret'),
      'storage-proxy.toml:6  api.manager.ssl_client_ca  expected a PEM file, found an empty string',
    ],
    [
      GOOD.replace('volume.local', 'volume."a/b"'),
      'storage-proxy.toml:4  volume.a/b  expected a name of at most 64 characters without blanks and slashes, found "a/b"',
    ],
  ])('%j is refused with a message that names the mistake', (text, message) => {
    const problems = problemsOf(text);
    expect(problems.length).toBe(1);
    expect(problems[0]?.startsWith(message)).toBe(true);
  });

  it('refuses a name that JavaScript would lose without a word', () => {
    expect(problemsOf(`${GOOD}[volume.__proto__]\nbackend = "vfs"\npath = "/p"\n`)).toEqual([
      'storage-proxy.toml:7  volume.__proto__  cannot be used as a name',
    ]);
  });

  it('warns of a key of [storage-proxy] that nobody knows', () => {
    expect(parseProxyConfig(`${GOOD}[storage-proxy]\nnode-idd = "x"\n`, 'f').warnings).toEqual([
      'f:8  storage_proxy.node_idd  is not a key that is known here; it is ignored',
    ]);
  });

  it.each(['C:\\\\data\\\\local', '\\\\\\\\server\\\\share'])('reads the path %s of Windows', (path) => {
    expect(problemsOf(GOOD.replace('/local', path))).toEqual([]);
  });

  it('is told of a key that is in both spellings, of which one would count and nobody knows which', () => {
    const text = `${GOOD}health-check-interval = "5m"\nhealth_check_interval = "5s"\n`;
    expect(problemsOf(text)).toEqual([
      'storage-proxy.toml:8  volume.local.health_check_interval  is written twice, as health-check-interval and as health_check_interval: keep one of them',
    ]);
    // Names are no keys, and what is passed over is not looked into.
    const names = `[volume.a-b]\nbackend = "noop"\npath = "/"\n[volume.a_b]\nbackend = "noop"\npath = "/"\n`;
    expect(problemsOf(`${GOOD}${names}[artifact-storages.a-b]\n[artifact-storages.a_b]\n`)).toEqual([]);
  });

  it('takes options that are missing for one bad volume, not for a bad file', () => {
    const { config, warnings } = parseProxyConfig(GOOD.replace('"vfs"', '"netapp"'), 'storage-proxy.toml');
    expect(config.volume['local']?.backend).toBe('netapp');
    expect(warnings).toEqual([
      'storage-proxy.toml:4  volume.local.options  is missing; the volume will be unavailable',
    ]);
  });

  it('names every mistake, not only the first', () => {
    const text = GOOD.replace('"/local"', '"local"').replace('"s"', '""');
    expect(problemsOf(text).length).toBe(2);
  });

  it('never shows the secret that is wrong', () => {
    for (const text of [
      GOOD.replace('"s"', '["hunter2"]'),
      GOOD.replace('"s"', '{ a = "hunter2" }'),
      `${GOOD}[volume."a b"]\nbackend = "vfs"\n[volume."a b".options]\ngpfs_password = "hunter2"\n`,
      `${GOOD}options = "pw=hunter2"\n`,
    ]) {
      expect(problemsOf(text).length).toBeGreaterThan(0);
      expect(problemsOf(text).join()).not.toContain('hunter2');
    }
  });
});
