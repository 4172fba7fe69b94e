import { describe, expect, test } from 'vitest';
import { FsGet, HealthDetail, judgeCluster } from '../../../backends/ceph/judge-cluster.ts';
import { FS_GET, fsWith, HEALTHY, healthWith } from './clusters.ts';

function judge(fs: unknown, health: unknown = HEALTHY, pools?: readonly string[]) {
  const look = { fsName: 'vol', fs: FsGet.parse(fs), health: HealthDetail.parse(health) };
  return judgeCluster(pools === undefined ? look : { ...look, pools });
}

describe('a cluster', () => {
  test('passes while every rank has an active server', () => {
    expect(judge(FS_GET)).toEqual({
      status: 'pass',
      reason: 'OK',
      summary: '1 of 1 metadata servers active',
      info: null,
      metadata: { cluster_health: 'HEALTH_OK', mds_active: 1, mds_ranks: 1 },
    });
  });

  test('does not need its standby servers', () => {
    const { info } = FS_GET.mdsmap;
    const standby = { gid: 4202, name: 'b', rank: 0, state: 'up:standby-replay' };
    expect(judge(fsWith({ ...info, gid_4202: standby })).status).toBe('pass');
  });

  test.each(['up:rejoin', 'up:replay', 'up:creating', 'down:damaged', 'a word of later'])(
    'warns, and never fails, while a server is %s',
    (state) => {
      const fs = fsWith({ gid_4290: { gid: 4290, name: 'b', rank: 0, state } });
      expect(judge(fs)).toMatchObject({
        status: 'warn',
        reason: 'STORAGE_DEGRADED',
        summary: '0 of 1 metadata servers active',
        info: `mds.b of rank 0 is ${state}`,
      });
    },
  );

  test('warns of a laggy server', () => {
    const fs = fsWith({ gid_1: { gid: 1, name: 'a', rank: 0, state: 'up:active', laggy_since: '2026-01-01' } });
    expect(judge(fs)).toMatchObject({ status: 'warn', info: 'mds.a of rank 0 is up:active, laggy' });
  });

  test('warns where no server is left', () => {
    expect(judge(fsWith({}, { up: {}, failed: [0] }))).toMatchObject({ status: 'warn', reason: 'STORAGE_DEGRADED' });
  });

  test.each([
    ['MDS_ALL_DOWN', 'fs vol is offline because no MDS is active for it.'],
    ['FS_DEGRADED', 'fs vol is degraded'],
    ['MDS_READ_ONLY', 'mdsa(mds.0): MDS in read-only mode'],
    ['MDS_SLOW_REQUEST', 'mds.a(mds.0): 3 slow requests are blocked > 30 secs'],
    ['PG_AVAILABILITY', 'pg 2.3 is stuck inactive for 61s, current state unknown'],
    ['POOL_FULL', "pool 'vol_data' is full (running out of quota)"],
    ['OSD_FULL', 'osd.0 is full'],
  ])('warns of %s: %s', (code, line) => {
    expect(judge(FS_GET, healthWith(code, line), ['vol_meta', 'vol_data'])).toMatchObject({
      status: 'warn',
      reason: 'STORAGE_DEGRADED',
      summary: 'the cluster reports a fault',
      info: `${code}: ${code}`,
    });
  });

  test.each([
    ['FS_DEGRADED', 'fs volume2 is degraded'],
    ['MDS_READ_ONLY', 'mdsab(mds.0): MDS in read-only mode'],
    ['PG_AVAILABILITY', 'pg 22.3 is stuck inactive'],
    ['POOL_FULL', "pool 'other_data' is full (no space)"],
    ['OSD_DOWN', 'osd.3 (root=default,host=b) is down'],
    ['MON_DOWN', 'mon.c is down (out of quorum)'],
    ['A_CODE_OF_LATER', 'fs vol is in trouble'],
    ['constructor', 'fs vol is in trouble'],
  ])('is not degraded by what is not its own: %s: %s', (code, line) => {
    expect(judge(FS_GET, healthWith(code, line), ['vol_meta', 'vol_data'])).toMatchObject({
      status: 'pass',
      metadata: { cluster_health: 'HEALTH_WARN' },
    });
  });

  test('is not degraded by what an administrator has muted', () => {
    expect(judge(FS_GET, healthWith('OSD_FULL', 'osd.0 is full', true)).status).toBe('pass');
  });
});
