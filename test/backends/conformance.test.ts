import { describe, expect, test } from 'vitest';
import { BACKENDS } from '../../backends/register.ts';
import { gpfs } from '../fakes/gpfs.ts';
import { netapp } from '../fakes/netapp.ts';
import { vast } from '../fakes/vast.ts';
import { weka } from '../fakes/weka.ts';
import { type ApiSubject, describeApiConformance } from './api-conformance.ts';
import { describeConformance } from './conformance.ts';
import { describePathConformance } from './path-conformance.ts';

interface Subject {
  /** Each a valid `[volume.X.options]`, of a storage that is away. */
  readonly options: readonly unknown[];
  readonly hasPath?: false;
  readonly api?: ApiSubject;
}

const GPFS: Subject = {
  options: [
    { gpfs_endpoint: 'https://127.0.0.1:9', gpfs_username: 'u', gpfs_password: 'secret-1', gpfs_fs_name: 'f' },
    {
      gpfs_endpoint: ['https://127.0.0.1:9', 'https://[::1]:9'],
      gpfs_username: 'u',
      gpfs_password: { env: 'NO_SUCH_VARIABLE' },
      gpfs_fs_name: 'f',
    },
  ],
  api: { dialect: gpfs, budget: 4, degraded: 'degraded', down: 'all-down' },
};

/** How each backend is put to the test. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  vfs: { options: [{}] },
  xfs: { options: [{}, { quota: true }] },
  cephfs: { options: [{}, { cluster: { fs: 'vol', conf: '/nowhere/ceph.conf' } }] },
  exascaler: { options: [{}] },
  hammerspace: { options: [{}] },
  'hammerspace-base': { options: [{}] },
  purestorage: { options: [{}] },
  'dellemc-onefs': { options: [{}] },
  noop: { options: [{}], hasPath: false },
  gpfs: GPFS,
  spectrumscale: GPFS,
  weka: {
    options: [
      { weka_endpoint: 'https://127.0.0.1:9', weka_username: 'u', weka_password: 'secret-1', weka_fs_name: 'f' },
      { weka_endpoint: ['https://127.0.0.1:9', 'https://[::1]:9'], weka_api_token: 'secret-2', weka_fs_name: 'f' },
    ],
    api: { dialect: weka, budget: 2, degraded: 'rebuilding', down: 'stopped' },
  },
  vast: {
    options: [
      { vast_endpoint: 'https://127.0.0.1:9', vast_username: 'u', vast_password: { file: '/nowhere/password' } },
      { vast_endpoint: 'https://127.0.0.1:9', vast_api_token: 'secret-2', vast_api_version: 'latest' },
    ],
    api: { dialect: vast, budget: 2, degraded: 'cnode-failed', down: 'offline' },
  },
  netapp: {
    options: [
      {
        netapp_ontap_endpoint: 'https://127.0.0.1:9',
        netapp_ontap_user: 'u',
        netapp_ontap_password: 'secret-1',
        netapp_volume_name: 'v',
      },
      { netapp_endpoint: 'https://127.0.0.1:9', netapp_admin: 'u', netapp_password: 'p', netapp_volume_name: 'v' },
    ],
    api: { dialect: netapp, budget: 3, degraded: 'mixed', down: 'offline' },
  },
};

test('every backend in the register goes through the suite', () => {
  expect([...BACKENDS.keys()].filter((name) => !Object.hasOwn(SUBJECTS, name))).toEqual([]);
});

describe.each(Object.entries(SUBJECTS))('%s', (name, { options, hasPath = true, api }) => {
  for (const each of options) describeConformance(name, { options: each });
  if (hasPath) describePathConformance(name, options[0]);
  if (api !== undefined) describeApiConformance(name, api);
});
