import { expect, it } from 'vitest';
import { parseManagerConfig } from '../../manager/config.ts';
import { expectedProxies } from '../../manager/expected-proxies.ts';

const ID = '6f1c2a54-0a0b-4f6e-9a51-0123456789ab';
const PROXIES = ['a', 'b'].map((name) => `[proxies.${name}]\nmanager_api = "http://${name}"\nsecret = "s"\n`).join('');
const { config } = parseManagerConfig(
  `${PROXIES}volumes = ["listed"]\n[[vfolder]]\nid = "${ID}"\nname = "f"\nhost = "a:configured"\n`,
  'manager.toml',
);
const volumes = (affected: ReadonlyMap<string, number> | null) =>
  expectedProxies(config, affected).map((proxy) => [proxy.name, ...proxy.volumes]);

it('expects of a proxy the volumes that its table and the configured folders name', () => {
  expect(volumes(null)).toEqual([
    ['a', 'configured'],
    ['b', 'listed'],
  ]);
});

it('expects those that the counted folders name, of proxies that are configured', () => {
  const hosts = ['a:x', 'a:y:z', 'b:x', 'nobody:x', 'a:noop', '', 'odd'];
  expect(volumes(new Map(hosts.map((host) => [host, 1])))).toEqual([
    ['a', 'x', 'y:z'],
    ['b', 'listed', 'x'],
  ]);
});
