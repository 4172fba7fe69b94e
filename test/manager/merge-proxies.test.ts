import { describe, expect, it } from 'vitest';
import { mergeProxies } from '../../manager/merge-proxies.ts';

const P1 = { client_api: 'http://c', manager_api: 'https://p1:6022', secret: 'hunter2', ssl_verify: 'false' };
const NOTHING = { inline: {}, previous: {}, place: (proxy: string, key: string) => `etcd ${proxy}/${key}` };

describe('proxies that are found', () => {
  it('are read with every value a text, in both spellings, and without a word of what only Backend.AI needs', () => {
    const found = {
      p1: { ...P1, sftp_scaling_groups: 'a,b', timeouts: { 'volume.list': {} }, 'health-check-interval': '30' },
    };
    const { proxies, problems } = mergeProxies({ ...NOTHING, found });
    expect(problems).toEqual([]);
    expect(proxies['p1']).toMatchObject({
      manager_api: 'https://p1:6022',
      secret: 'hunter2',
      ssl_verify: false,
      health_check_interval: 30_000,
    });
  });

  it('are overlaid with what the file of the manager says under the same name', () => {
    const inline = { p1: { manager_api: 'http://near:1' }, p2: { manager_api: 'http://p2:1', secret: 's' } };
    const { proxies } = mergeProxies({ ...NOTHING, found: { p1: P1 }, inline });
    expect(proxies).toMatchObject({ p1: { manager_api: 'http://near:1', secret: 'hunter2' }, p2: { secret: 's' } });
  });

  it.each<[string, unknown, string]>([
    ['p', { ...P1, manager_api: 'p1:6022' }, 'etcd p/manager_api  expected a URL such as "http://127.0.0.1:6022"'],
    [
      'p',
      { manager_api: 'http://p' },
      'etcd p/secret  expected the secret that proxy and manager share, found nothing',
    ],
    ['p', { ...P1, ssl_verify: 'perhaps' }, 'etcd p/ssl_verify  expected true or false'],
    ['p', 'text', 'etcd p/  expected keys below it'],
    ['a:b', P1, 'etcd a:b/  expected a name of at most 64 characters without blanks and colons'],
    ['__proto__', P1, 'etcd __proto__/  cannot be used as a name'],
  ])('are left out one by one where they are bad: %s, %j', (name, entry, problem) => {
    const found = Object.fromEntries([
      [name, entry],
      ['good', P1],
    ]);
    const { proxies, problems } = mergeProxies({ ...NOTHING, found });
    expect(Object.keys(proxies)).toEqual(['good']);
    expect(problems).toEqual([`${problem}; the proxy is left out`]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('go on as they were where what is written of them is bad now, and end where nothing is', () => {
    const { proxies: previous } = mergeProxies({ ...NOTHING, found: { p1: P1, p2: P1 } });
    const { proxies, problems } = mergeProxies({ ...NOTHING, previous, found: { p1: { ...P1, secret: '' } } });
    expect(proxies).toEqual({ p1: previous['p1'] });
    expect(problems).toEqual(['etcd p1/secret  expected printable ASCII characters; the proxy goes on as it was']);
  });

  it('are complained about at the key of the file that they lack', () => {
    const inline = { p9: { volumes: ['a'], secret: 's' } };
    expect(mergeProxies({ ...NOTHING, found: {}, inline }).problems).toEqual([
      'proxies.p9.manager_api  expected a URL such as "http://127.0.0.1:6022", found nothing; the proxy is left out',
    ]);
  });

  it('have keys that nobody knows named, and are good all the same', () => {
    const { proxies, problems } = mergeProxies({ ...NOTHING, found: { p1: { ...P1, ssl_verfy: 'false' } } });
    expect(Object.keys(proxies)).toEqual(['p1']);
    expect(problems).toEqual(['etcd p1/ssl_verfy  is not a key that is known here; it is ignored']);
  });
});
