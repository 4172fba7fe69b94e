import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { type CephCluster, createCephCluster, unlessCeph, whyNoCeph } from '../rigs/ceph-cluster.ts';
import { type CephFault, cephFaults } from '../rigs/ceph-faults.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { type WatchedVolume, watchVolume } from '../rigs/watched-volume.ts';

type Row = [name: string, fault: CephFault, expected: Partial<VolumeReport>];

const timeout = { status: 'unavailable', reason: 'CHECK_TIMEOUT', status_info: 'no answer in time' } as const;

describe.skipIf(whyNoCeph !== null)(`a volume on a real CephFS${unlessCeph}`, () => {
  const table = createFaultTable('CephFS through ceph-fuse');
  const watched: WatchedVolume[] = [];
  let cluster: CephCluster;

  async function begin(): Promise<void> {
    cluster = createCephCluster();
    await cluster.start();
  }

  function watch(config = {}): WatchedVolume {
    const volume = watchVolume({ backend: 'cephfs', path: cluster.path, ...config });
    watched.push(volume);
    return volume;
  }

  async function watchWritten(): Promise<WatchedVolume> {
    const volume = watch({ write_check: true, write_check_interval: '1s' });
    const statuses = () => volume.report().checks.map(({ name, status }) => `${name} ${status}`);
    await expect.poll(statuses, { timeout: 10_000 }).toEqual(['mount pass', 'write pass']);
    return volume;
  }

  beforeAll(begin, 60_000);
  afterEach(async ({ task }) => {
    for (const volume of watched.splice(0)) volume.stop();
    if (task.result?.state !== 'fail') return;
    // The fault may still be in place.
    cluster.remove();
    await begin();
  }, 60_000);
  afterAll(() => {
    cluster.remove();
    table.print();
  });

  it('is healthy, can be written to, and tells how much room it has', async () => {
    const volume = await watchWritten();

    // The manager reckons the room, and has not done so at first.
    await expect.poll(volume.report, { timeout: 15_000 }).toMatchObject({
      status: 'healthy',
      degraded: false,
      metadata: { fstype: 'fuse.ceph-fuse', capacity_bytes: expect.any(Number) },
    });
  });

  it.each<Row>([
    ['MDS stopped', 'mdsStopped', timeout],
    ['MDS killed, another one started', 'mdsKilled', timeout],
    ['monitor stopped', 'monStopped', timeout],
    ['ceph-fuse stopped', 'clientStopped', timeout],
    ['ceph-fuse killed, mounted again', 'clientKilled', { status: 'offline', reason: 'MOUNT_DISCONNECTED' }],
    ['client evicted, then admitted', 'clientEvicted', { status: 'offline', reason: 'CLIENT_EVICTED' }],
    ['unmounted, then mounted', 'notMounted', { status: 'offline', reason: 'NOT_MOUNTED' }],
    ['OSD full', 'full', { status: 'healthy', degraded: true, reason: 'FULL' }],
  ])(
    'tells of: %s',
    async (name, fault, expected) => {
      const report = await table.suffer(watch(), { name, ...cephFaults(cluster)[fault], expected });

      expect(report).toMatchObject(expected);
    },
    60_000,
  );

  it('is offline once a call has been stuck for a minute, and recovers by itself', async () => {
    const expected = { status: 'offline', reason: 'MOUNT_STUCK' } as const;
    const name = 'MDS stopped for more than a minute';
    const report = await table.suffer(watch(), { name, ...cephFaults(cluster).mdsStopped, expected });

    expect(report.status_info).toBe('a call on the mount does not return');
  }, 120_000);

  it.each<Row>([
    ['OSD killed, then started again', 'osdKilled', { reason: 'WRITE_FAILED' }],
    ['OSD stopped', 'osdStopped', { reason: 'WRITE_FAILED' }],
    ['MDS read-only', 'mdsReadOnly', { reason: 'READ_ONLY' }],
    ['quota of the pool used up', 'poolQuota', { reason: 'FULL' }],
  ])(
    'tells only where it is written to: %s',
    async (name, fault, expected) => {
      const [unwritten, written] = [watch(), await watchWritten()];
      await unwritten.until({ status: 'healthy' });
      const { inject, heal } = cephFaults(cluster)[fault];
      const told: VolumeReport[] = [];
      const report = await table.suffer(written, {
        name,
        inject,
        expected: { status: 'healthy', degraded: true, ...expected },
        heal() {
          told.push(unwritten.report());
          return heal();
        },
      });

      expect(report).toMatchObject(expected);
      expect(told).toMatchObject([{ status: 'healthy', degraded: false }]);
    },
    60_000,
  );
});
