import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VolumeReport } from '../../schema/volume-report.ts';
import { type CephCluster, createCephCluster, unlessCeph, whyNoCeph } from '../rigs/ceph-cluster.ts';
import { CLIENT } from '../rigs/ceph-conf.ts';
import { type CephFault, cephFaults } from '../rigs/ceph-faults.ts';
import { createFaultTable } from '../rigs/fault-table.ts';
import { runApart } from '../rigs/run-apart.ts';
import { type WatchedVolume, watchVolume } from '../rigs/watched-volume.ts';

type Row = [name: string, fault: CephFault, expected: Partial<VolumeReport>];

const TIMEOUT = { status: 'unavailable', reason: 'CHECK_TIMEOUT', status_info: 'no answer in time' } as const;
const EVICTED = { status: 'offline', reason: 'CLIENT_EVICTED' } as const;
const HEALTHY = { status: 'healthy', degraded: false } as const;
const DEGRADED = { status: 'healthy', degraded: true } as const;

/** What came of asking the cluster. */
const saidOf = ({ checks }: VolumeReport) => checks.find(({ name }) => name === 'backend')!;

describe.skipIf(whyNoCeph !== null)(`a volume on a real CephFS${unlessCeph}`, { timeout: 60_000 }, () => {
  const table = createFaultTable('CephFS through ceph-fuse');
  const watched: WatchedVolume[] = [];
  let cluster: CephCluster;

  async function begin(): Promise<void> {
    cluster = createCephCluster();
    await cluster.start();
  }

  function watch(config: Partial<Parameters<typeof watchVolume>[0]> = {}): WatchedVolume {
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

  /** Asks the cluster, too, by a program that takes its time to start. */
  function watchAsked(): WatchedVolume {
    const options = { cluster: { conf: join(cluster.root, 'ceph.conf'), client: CLIENT, fs: 'volume' } };
    return watch({ health_check_interval: '3s', health_check_timeout: '2s', options });
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
    const metadata = { fstype: 'fuse.ceph-fuse', capacity_bytes: expect.any(Number) };
    await expect.poll(volume.report, { timeout: 15_000 }).toMatchObject({ ...HEALTHY, metadata });
  });

  it.each<Row>([
    ['MDS stopped', 'mdsStopped', TIMEOUT],
    ['MDS killed, another one started', 'mdsKilled', TIMEOUT],
    ['monitor stopped', 'monStopped', TIMEOUT],
    ['ceph-fuse stopped', 'clientStopped', TIMEOUT],
    ['ceph-fuse killed, mounted again', 'clientKilled', { status: 'offline', reason: 'MOUNT_DISCONNECTED' }],
    ['client evicted, then admitted', 'clientEvicted', EVICTED],
    ['unmounted, then mounted', 'notMounted', { status: 'offline', reason: 'NOT_MOUNTED' }],
    ['OSD full', 'full', { ...DEGRADED, reason: 'FULL' }],
  ])('tells of: %s', async (name, fault, expected) => {
    const report = await table.suffer(watch(), { name, ...cephFaults(cluster)[fault], expected });

    expect(report).toMatchObject(expected);
  });

  it('tells an eviction also where it is a directory in the mount', async () => {
    const path = join(cluster.path, 'directory');
    await runApart('mkdir', [path]);
    const name = 'client evicted from above a directory';
    const report = await table.suffer(watch({ path }), {
      name,
      ...cephFaults(cluster).clientEvicted,
      expected: EVICTED,
    });

    expect(report).toMatchObject(EVICTED);
  });

  it('is offline once a call has been stuck for a minute, and recovers by itself', { timeout: 120_000 }, async () => {
    const expected = { status: 'offline', reason: 'MOUNT_STUCK' } as const;
    const name = 'MDS stopped for more than a minute';
    const report = await table.suffer(watch(), { name, ...cephFaults(cluster).mdsStopped, expected });

    expect(report.status_info).toBe('a call on the mount does not return');
  });

  it.each<Row>([
    ['OSD killed, then started again', 'osdKilled', { reason: 'WRITE_FAILED' }],
    ['OSD stopped', 'osdStopped', { reason: 'WRITE_FAILED' }],
    ['MDS read-only', 'mdsReadOnly', { reason: 'READ_ONLY' }],
    ['quota of the pool used up', 'poolQuota', { reason: 'FULL' }],
  ])('tells only where it is written to: %s', async (name, fault, expected) => {
    const [unwritten, written] = [watch(), await watchWritten()];
    await unwritten.until(HEALTHY);
    const { inject, heal } = cephFaults(cluster)[fault];
    const told: VolumeReport[] = [];
    const healAndAsk = () => {
      told.push(unwritten.report());
      return heal();
    };
    await table.suffer(written, { name, inject, expected: { ...DEGRADED, ...expected }, heal: healAndAsk });

    expect(told).toMatchObject([HEALTHY]);
  });

  it.each<[name: string, fault: CephFault, said: string]>([
    ['MDS read-only', 'mdsReadOnly', 'MDS_READ_ONLY: '],
    ['quota of the pool used up', 'poolQuota', 'POOL_FULL: '],
  ])('tells what its cluster says of: %s', async (name, fault, said) => {
    const expected = { ...DEGRADED, reason: 'STORAGE_DEGRADED' } as const;
    const { inject, heal } = cephFaults(cluster)[fault];
    const report = await table.suffer(watchAsked(), { name: `${name} (cluster asked)`, inject, expected, heal });

    expect(saidOf(report).info).toContain(said);
  });

  it('tells by its cluster why the mount does not answer', async () => {
    const volume = watchAsked();
    const { inject, heal } = cephFaults(cluster).fsFailed;
    await volume.until(HEALTHY);
    await inject();
    await volume.until(TIMEOUT);
    await expect.poll(() => saidOf(volume.report()).info, { timeout: 10_000 }).toContain('MDS_ALL_DOWN: ');
    await heal();
    await volume.until(HEALTHY);
  });
});
