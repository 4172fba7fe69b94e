import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { type CephCluster, createCephCluster, unlessCeph, whyNoCeph } from '../rigs/ceph-cluster.ts';
import { CLIENT } from '../rigs/ceph-conf.ts';
import { type CephFault, cephFaults } from '../rigs/ceph-faults.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { createMountRig, type MountRig } from '../rigs/mounts.ts';
import { childrenRunning } from '../rigs/processes.ts';
import { type WatchedVolume, watchVolume } from '../rigs/watched-volume.ts';

type Row = [name: string, fault: CephFault, expected: Partial<VolumeReport>];

const SILENT = { status: 'unavailable', reason: 'CHECK_TIMEOUT' } as const;

describe.skipIf(whyNoCeph !== null)(`a volume on CephFS, mounted by the kernel's client${unlessCeph}`, () => {
  const table = createFaultTable('CephFS, the kernel\'s client, backend "cephfs":');
  let cluster: CephCluster;
  let rig: MountRig;
  let volume: WatchedVolume;
  let path = '';

  beforeAll(async () => {
    cluster = createCephCluster();
    await cluster.start();
    rig = createMountRig();
    path = rig.directory('volume');
    mountVolume();
    volume = watchVolume({ backend: 'cephfs', path, write_check: true, write_check_interval: '1s' });
  });
  afterAll(() => {
    volume.stop();
    rig.umount(path);
    cluster.remove();
    rig.remove();
    table.print();
  });

  const mountVolume = () => {
    const [, monitor] = /^mon host = \[v2:(.+)\]$/m.exec(readFileSync(join(cluster.root, 'ceph.conf'), 'utf8')) ?? [];
    const keyring = readFileSync(join(cluster.root, 'keyring'), 'utf8');
    const [, secret] = new RegExp(`^\\[${CLIENT}\\]\\nkey = (.+)$`, 'm').exec(keyring) ?? [];
    const options = `name=${CLIENT.replace('client.', '')},secret=${secret},ms_mode=crc`;
    rig.mount('-i', '-t', 'ceph', '-o', options, `${monitor}:/`, path);
  };

  test('is healthy, and of the right type', async () => {
    await expect.poll(volume.report, { timeout: 30_000 }).toMatchObject({
      status: 'healthy',
      degraded: false,
      metadata: { fstype: 'ceph', capacity_bytes: expect.any(Number) },
    });
  });

  test.each<Row>([
    ['MDS stopped', 'mdsStopped', SILENT],
    ['MDS killed, another one started', 'mdsKilled', SILENT],
    ['monitor stopped', 'monStopped', SILENT],
    ['OSD stopped', 'osdStopped', { status: 'healthy', degraded: true, reason: 'WRITE_FAILED' }],
    ['OSD full', 'full', { status: 'healthy', degraded: true, reason: 'FULL' }],
  ])('tells of: %s; and of its end', async (name, fault, expected) => {
    const report = await table.suffer(volume, { name, ...cephFaults(cluster)[fault], expected });

    expect(report).toMatchObject(expected);
  });

  test('is offline once it is evicted, even if it is admitted again, until it is mounted anew', async () => {
    const { inject, heal } = cephFaults(cluster).clientEvicted;
    const expected = { status: 'offline', reason: 'CLIENT_EVICTED' } as const;
    const admitted: VolumeReport[] = [];
    const { checks } = await table.suffer(volume, {
      name: 'evicted, mounted anew',
      inject,
      expected,
      async heal() {
        await heal();
        admitted.push(await volume.checked());
        rig.umount(path);
        mountVolume();
      },
    });

    expect(checks).toContainEqual(expect.objectContaining({ info: expect.stringContaining('EACCES') }));
    expect(admitted).toMatchObject([expected]);
  });

  test('is offline while it is not mounted', async () => {
    const { status_info } = await table.suffer(volume, {
      name: 'not mounted',
      inject: () => rig.umount(path),
      expected: { status: 'offline', reason: 'NOT_MOUNTED' },
      heal: mountVolume,
    });

    expect(status_info).toBe("nothing is mounted at the volume's path");
  });

  test('leaves no process behind when its watch ends while its MDS is silent', async () => {
    const { inject, heal } = cephFaults(cluster).mdsStopped;
    await volume.until({ status: 'healthy' });
    inject();
    await volume.until(SILENT);

    volume.stop();

    await expect.poll(() => childrenRunning('mount/child'), { timeout: 10_000 }).toEqual([]);
    heal();
  });
});
