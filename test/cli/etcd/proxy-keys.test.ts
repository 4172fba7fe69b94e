import { describe, expect, it } from 'vitest';
import { keyOf, proxiesIn, proxiesPrefix } from '../../../cli/etcd/proxy-keys.ts';

const PREFIX = proxiesPrefix('local');
const pairs = (entries: Readonly<Record<string, string>>) =>
  new Map(Object.entries(entries).map(([key, value]) => [PREFIX + key, value]));

describe('the keys of proxies in etcd', () => {
  it('lie where Backend.AI puts them, with their names quoted', () => {
    expect(keyOf('local', 'a b/c(1)', 'secret')).toBe('/sorna/local/volumes/proxies/a%20b%2Fc%281%29/secret');
    expect(keyOf('local', 'p', '')).toBe('/sorna/local/volumes/proxies/p');
  });

  it('are nested by proxy; what lies deeper is only named', () => {
    const found = pairs({ 'p1/secret': 's', 'p%2F2/manager_api': 'http://p', 'p1/timeouts/volume.list/total': '5' });
    expect(proxiesIn(found, PREFIX)).toEqual({
      p1: { secret: 's', timeouts: {} },
      'p/2': { manager_api: 'http://p' },
    });
  });

  it('may have a value beside their keys, which counts only where there are none', () => {
    expect(proxiesIn(pairs({ p1: 'x', 'p1/secret': 's', p2: 'y', '%zz': 'z' }), PREFIX)).toEqual({
      p1: { secret: 's' },
      p2: 'y',
      '%zz': 'z',
    });
  });
});
