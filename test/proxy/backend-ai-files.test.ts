import { describe, expect, it } from 'vitest';
import { parseProxyConfig } from '../../proxy/config.ts';
import { read } from '../house/checkout.ts';

interface Expected {
  readonly listens: string;
  readonly volumes: Readonly<Record<string, string>>;
  /** Those that are deserved. */
  readonly warnings: readonly string[];
}

const EMPTY = 'is empty; the volume will be unavailable';

const GENERATIONS: Readonly<Record<string, Expected>> = {
  '22.09': {
    listens: '0.0.0.0:6022',
    volumes: {
      local: 'vfs',
      fastlocal: 'xfs',
      mypure: 'purestorage',
      myceph: 'cephfs',
      netapp: 'netapp',
      weka: 'weka',
      gpfs: 'spectrumscale',
    },
    warnings: [
      `volume.weka.options.weka_username  ${EMPTY}`,
      `volume.weka.options.weka_password  ${EMPTY}`,
      `volume.weka.options.weka_fs_name  ${EMPTY}`,
      'volume.gpfs.options.gpfs_verify_ssl  is false: nobody verifies who gets the credentials',
    ],
  },
  '23.09': {
    listens: '10.0.0.5:6022',
    volumes: { netapp: 'netapp', isilon: 'dellemc-onefs', unmanaged: 'noop' },
    warnings: [],
  },
  '24.09': {
    listens: '10.0.0.5:6022',
    volumes: {
      '6f1c2a54-0a0b-4f6e-9a51-0123456789ab': 'vast',
      lustre: 'exascaler',
      'no-options': 'weka',
      plugin: 'a-plugin',
    },
    warnings: [
      'volume.no-options.options  is missing; the volume will be unavailable',
      'volume.plugin.backend  there is no backend "a-plugin"; the volume will be unavailable',
    ],
  },
  '25.x': {
    listens: '0.0.0.0:6022',
    volumes: { hs: 'hammerspace', 'hs-simple': 'hammerspace-base' },
    warnings: [],
  },
  '26.x': {
    listens: '0.0.0.0:6022',
    volumes: { 'gpfs-cluster': 'gpfs', home: 'vfs' },
    warnings: ['bgtask_of_tomorrow  is not a key that is known here; it is ignored'],
  },
};

describe.each(Object.entries(GENERATIONS))('a storage-proxy.toml of Backend.AI %s', (generation, expected) => {
  const { config, warnings } = parseProxyConfig(
    read(`test/fixtures/backend-ai/storage-proxy-${generation}.toml`),
    'storage-proxy.toml',
  );

  it('gives its volumes, where the proxy listens, and the secret', () => {
    const { service_addr, secret } = config.api.manager;
    expect(Object.fromEntries(Object.entries(config.volume).map(([name, { backend }]) => [name, backend]))).toEqual(
      expected.volumes,
    );
    expect([`${service_addr.host}:${service_addr.port}`, secret]).toEqual([
      expected.listens,
      'shared-with-the-manager',
    ]);
  });

  it('is warned of where somebody should know, each with its line, and of nothing else', () => {
    expect(warnings.map((warning) => warning.replace(/^storage-proxy\.toml:\d\d+ {2}/, ''))).toEqual(expected.warnings);
  });
});
