import { describe, expect, test } from 'vitest';
import { BACKENDS } from '../../backends/register.ts';
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

/** How each backend is put to the test. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  vfs: { options: [{}] },
  xfs: { options: [{}, { quota: true }] },
  cephfs: { options: [{}, { cluster: { fs: 'vol', conf: '/nowhere/ceph.conf' } }] },
  noop: { options: [{}], hasPath: false },
  weka: {
    options: [
      { weka_endpoint: 'https://127.0.0.1:9', weka_username: 'u', weka_password: 'secret-1', weka_fs_name: 'f' },
      { weka_endpoint: ['https://127.0.0.1:9', 'https://[::1]:9'], weka_api_token: 'secret-2', weka_fs_name: 'f' },
    ],
    api: { dialect: weka, budget: 2, degraded: 'rebuilding', down: 'stopped' },
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
