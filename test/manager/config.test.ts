import { describe, expect, it } from 'vitest';
import { parseManagerConfig } from '../../manager/config.ts';
import { read } from '../house/checkout.ts';
import { problemsOf as refusals } from '../problems-of.ts';

const GOOD = `
[proxies.proxy1]
manager_api = "http://127.0.0.1:6022"
secret = "s"
[[vfolder]]
id = "6f1c2a54-0a0b-4f6e-9a51-0123456789ab"
name = "photos"
host = "proxy1:local"
`;

const DB = 'addr = "h:1"\nname = "n"\nuser = "u"\n';

const problemsOf = (text: string) => refusals(() => parseManagerConfig(text, 'manager.toml'));
const problemsIn = (text: string) => refusals(() => parseManagerConfig(text, 'f'));

describe('a manager.toml', () => {
  it('needs only its proxies', () => {
    const { config, warnings } = parseManagerConfig(GOOD, 'manager.toml');
    expect(warnings).toEqual([]);
    expect(config.api.listen).toEqual({ host: '127.0.0.1', port: 6080 });
    expect(config.proxies['proxy1']).toMatchObject({ health_check_interval: 10_000, health_check_timeout: 3_000 });
  });

  it('waits for an answer no longer than the interval allows', () => {
    const { config } = parseManagerConfig(
      GOOD.replace('secret', 'health_check_interval = "2s"\nsecret'),
      'manager.toml',
    );
    expect(config.proxies['proxy1']?.health_check_timeout).toBe(1_600);
  });

  it('takes a text for true and false in every switch', () => {
    const { api } = parseManagerConfig(`${GOOD}[api]\ngraphiql = "no"\n`, 'manager.toml').config;
    expect(api.graphiql).toBe(false);
  });

  it('asks a proxy of Backend.AI for its volumes less often, and waits longer', () => {
    const { config } = parseManagerConfig(GOOD, 'manager.toml');
    expect(config.proxies['proxy1']).toMatchObject({ volume_check_interval: 60_000, volume_check_timeout: 15_000 });
    const often = parseManagerConfig(GOOD.replace('secret', 'volume-check-interval = 10\nsecret'), 'manager.toml');
    expect(often.config.proxies['proxy1']?.volume_check_timeout).toBe(8_000);
  });

  it('refuses a folder whose id another has', () => {
    const again = GOOD.slice(GOOD.indexOf('[[vfolder]]')).replace('6f1c2a54', '6F1C2A54');
    expect(problemsOf(GOOD + again)).toEqual([
      'manager.toml:10  vfolder.1.id  expected a UUID that no other folder has, found "6F1C2A54-0a0b-4f6e-9a51-0123456789ab"',
    ]);
  });

  const https = GOOD.replace('http:', 'https:');
  it.each([
    [GOOD, 'ca = "/ca"', ['ca  has no effect: manager_api is not https']],
    [
      GOOD,
      'client_cert = "/c"\nclient_key = "/k"',
      ['client_cert  has no effect: manager_api is not https', 'client_key  has no effect: manager_api is not https'],
    ],
    [GOOD, 'ssl_verify = false', ['ssl_verify  has no effect: manager_api is not https']],
    [GOOD, 'ssl_verify = true', []],
    [https, 'ca = "/ca"\nclient_cert = "/c"\nclient_key = "/k"', []],
    [https, 'ssl_verify = false', ['ssl_verify  is false: its certificate is not verified']],
    [
      https,
      'ca = "/ca"\nssl_verify = false',
      ['ssl_verify  is false: its certificate is not verified', 'ca  has no effect: ssl_verify is false'],
    ],
  ])('%j with %j is warned of what is odd about TLS: %j', (text, more, remarks) => {
    const { warnings } = parseManagerConfig(text.replace('secret', `${more}\nsecret`), 'm.toml');
    expect(warnings.map((warning) => warning.replace(/^m\.toml:\d+ {2}proxies\.proxy1\./, ''))).toEqual(remarks);
  });

  it('may be empty', () => {
    expect(parseManagerConfig('', 'manager.toml').config.proxies).toEqual({});
  });

  it('says nothing of keys that Backend.AI gives a proxy', () => {
    const text = GOOD.replace('secret', 'client_api = "http://x"\nsftp_scaling_groups = []\nsecret');
    expect(parseManagerConfig(text, 'f').warnings).toEqual([]);
  });

  it('may say where further proxies are found; its own then need not be complete', () => {
    const text = '[proxies]\nfrom = "volumes.json"\n[proxies.p1]\nhealth-check-interval = "30s"\n';
    const { config, place, inline, warnings } = parseManagerConfig(text, 'f');
    expect([config.proxies, warnings]).toEqual([{}, []]);
    expect([place, inline]).toEqual([{ kind: 'file', file: 'volumes.json' }, { p1: { health_check_interval: '30s' } }]);
  });

  it('may have a proxy that is called "from"', () => {
    const { config, place } = parseManagerConfig(GOOD.replace('proxies.proxy1', 'proxies.from'), 'f');
    expect([Object.keys(config.proxies), place]).toEqual([['from'], null]);
  });

  it.each([
    ['{ host = "h", port = 2379 }', [{ host: 'h', port: 2379 }]],
    ['"h:2379"', [{ host: 'h', port: 2379 }]],
    ['["h", "2379"]', [{ host: 'h', port: 2379 }]],
    [
      '["h:1", "[::1]:2"]',
      [
        { host: 'h', port: 1 },
        { host: '::1', port: 2 },
      ],
    ],
    ['[{ host = "h", port = "1" }]', [{ host: 'h', port: 1 }]],
  ])('reads the addresses of etcd %s', (addr, addresses) => {
    const text = `[proxies]\nfrom = "etcd"\n[etcd]\naddr = ${addr}\nuser = ""\npassword = ""\n`;
    expect(parseManagerConfig(text, 'f').place).toMatchObject({
      kind: 'etcd',
      etcd: { addr: addresses, namespace: 'local' },
    });
  });

  it.each([
    ['', 'f:1  etcd.addr  expected an address such as "127.0.0.1:2379", or a list of them, found nothing'],
    ['addr = "etcd"', 'f:4  etcd.addr  expected an address such as "127.0.0.1:2379", or a list of them, found "etcd"'],
    ['addr = "h:1"\nuser = "u"', 'f:3  etcd.password  expected the password of the user, found nothing'],
    [
      'addr = "h:1"\nnamespace = "a/b"',
      'f:5  etcd.namespace  expected the namespace of the cluster, such as "local", found "a/b"',
    ],
    [
      'addr = "h:1"\nclient_key = "k"',
      'f:3  etcd.client_cert  expected both client_cert and client_key, found nothing',
    ],
  ])('is told what is wrong with [etcd]: %s', (lines, problem) => {
    const table = lines === '' ? '' : `[etcd]\n${lines}\n`;
    expect(problemsIn(`[proxies]\nfrom = "etcd"\n${table}`)).toEqual([problem]);
  });

  it('may have its folders in the database of Backend.AI, whose own table is read as it stands', () => {
    const db = `[db]\ntype = "postgresql"\naddr = { host = "localhost", port = 8100 }\nname = "backend"\nuser = "postgres"
password = "develove"\npool-size = 8\nmax-overflow = 64\npool-recycle = 50\npool_pre_ping = false\nlock-conn-timeout = 30\n`;
    const { database, warnings } = parseManagerConfig(`${GOOD}${db}[vfolders]\nfrom = "postgresql"\n`, 'f');
    expect(database).toEqual({
      db: {
        type: 'postgresql',
        addr: { host: 'localhost', port: 8100 },
        name: 'backend',
        user: 'postgres',
        password: 'develove',
      },
      statement_timeout: 5_000,
      pool_size: 4,
      count_interval: 60_000,
    });
    expect(warnings).toEqual(['f:5  vfolder  is not read beside [vfolders] from = "postgresql"']);
    expect(parseManagerConfig(`${GOOD}${db}`, 'f')).toMatchObject({ database: null, warnings: [] });
  });

  it.each([
    ['name = "n"\nuser = "u"', 'f:3  db.addr  expected an address such as "127.0.0.1:5432", found nothing'],
    ['addr = "h:1"\nuser = "u"', 'f:3  db.name  expected the name of the database, such as "backend", found nothing'],
    ['addr = "h:1"\nname = "n"', 'f:3  db.user  expected a role that may read the table vfolders, found nothing'],
    [`${DB}type = "mysql"`, 'f:7  db.type  expected "postgresql", found "mysql"'],
    [`${DB}password = 5`, 'f:7  db.password  expected a password, found a number'],
    [`${DB}client_key = "k"`, 'f:3  db.client_cert  expected both client_cert and client_key, found nothing'],
    [`${DB}ssl_enabled = "no"\nca = "c"`, 'f:7  db.ssl_enabled  expected true beside the files for TLS, found "no"'],
  ])('is told what is wrong with [db]: %s', (lines, problem) => {
    expect(problemsIn(`[vfolders]\nfrom = "postgresql"\n[db]\n${lines}\n`)).toEqual([problem]);
  });

  it.each([
    ['from = "mysql"', 'f:2  vfolders.from  expected "postgresql", or nothing for those of [[vfolder]], found "mysql"'],
    ['pool_size = 0', 'f:2  vfolders.pool_size  expected at least 1, found 0'],
    ['pool_size = 1.5', 'f:2  vfolders.pool_size  expected a whole number of connections, found 1.5'],
    ['count_interval = "0s"', 'f:2  vfolders.count_interval  expected at least "1s", found "0s"'],
    ['statement_timeout = "1ms"', 'f:2  vfolders.statement_timeout  expected at least "10ms", found "1ms"'],
  ])('is told what is wrong with [vfolders]: %s', (line, problem) => {
    expect(problemsIn(`[vfolders]\n${line}\n`)).toEqual([problem]);
  });

  it('is told what is wrong with a proxy that says more of one that is found', () => {
    const text = '[proxies]\nfrom = "etcd"\n[etcd]\naddr = "h:1"\n[proxies.p]\nmanager-api = "nowhere"\nvolums = []\n';
    expect(problemsIn(text)).toEqual([
      'f:6  proxies.p.manager_api  expected a URL such as "http://127.0.0.1:6022", found "nowhere"',
    ]);
  });

  it.each([
    ['[proxies]\nfrom = ""\n', 'f:2  proxies.from  expected "etcd", or the path of a JSON file, found an empty string'],
    ['[proxies]\nfrom = 5\n', 'f:2  proxies.from  expected a table, found 5'],
  ])('is told what is wrong with where its proxies are found: %j', (text, problem) => {
    expect(problemsIn(text)).toEqual([problem]);
  });

  it('may be that of Backend.AI: its volumes.proxies are proxies; the rest is passed over in silence', () => {
    const { config, warnings } = parseManagerConfig(read('test/fixtures/backend-ai/manager.toml'), 'manager.toml');
    expect(warnings).toEqual([
      'manager.toml:60  volumes.proxies.local.ssl_verify  is false: its certificate is not verified',
    ]);
    expect(config.proxies).toMatchObject({
      local: { manager_api: 'https://127.0.0.1:6022', ssl_verify: false },
      'storage-b': { manager_api: 'http://10.0.0.6:6022', ssl_verify: true },
    });
  });

  it.each([
    [
      GOOD.replace('http://127.0.0.1:6022', '127.0.0.1:6022'),
      'manager.toml:3  proxies.proxy1.manager_api  expected a URL such as "http://127.0.0.1:6022", found "127.0.0.1:6022"',
    ],
    [
      GOOD.replace('secret = "s"', ''),
      'manager.toml:2  proxies.proxy1.secret  expected the secret that proxy and manager share, found nothing',
    ],
    [
      GOOD.replace('proxy1:local', 'proxy1'),
      'manager.toml:8  vfolder.0.host  expected a volume host such as "proxy1:volume1", found "proxy1"',
    ],
    [
      `[api]\nssl_enabled = true\nssl_cert = "/c"\n${GOOD}`,
      'manager.toml:2  api.ssl_enabled  expected ssl_cert and ssl_privkey beside it',
    ],
    [
      `[api]\nssl_client_ca = "/ca"\n${GOOD}`,
      'manager.toml:2  api.ssl_client_ca  expected `ssl_enabled = true` beside it',
    ],
    [
      GOOD.replace('secret', 'client_cert = "/c"\nsecret'),
      'manager.toml:4  proxies.proxy1.client_cert  expected client_key beside it, found "/c"',
    ],
    [
      GOOD.replace('secret', 'client_key = "/k"\nsecret'),
      'manager.toml:4  proxies.proxy1.client_key  expected client_cert beside it, found "/k"',
    ],
    [GOOD.replace('6f1c2a54', 'photos'), 'manager.toml:6  vfolder.0.id  expected a UUID, found '],
    [
      GOOD.replace('secret = "s"', 'secret = "s"\nhealth_check_timeout = 10'),
      'manager.toml:5  proxies.proxy1.health_check_timeout  expected less than `health_check_interval`, found 10',
    ],
    [
      GOOD.replace('secret = "s"', 'secret = "s"\nvolume_check_timeout = "60s"'),
      'manager.toml:5  proxies.proxy1.volume_check_timeout  expected less than `volume_check_interval`, found "60s"',
    ],
  ])('%j is refused with a message that names the mistake', (text, message) => {
    const problems = problemsOf(text);
    expect(problems.length).toBe(1);
    expect(problems[0]?.startsWith(message)).toBe(true);
  });
});
