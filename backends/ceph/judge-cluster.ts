import { z } from 'zod';
import type { CheckAnswer } from '../backend.ts';

/** `ceph fs get NAME`, as much of it as is read. */
export const FsGet = z.object({
  mdsmap: z.object({
    in: z.array(z.number()),
    up: z.record(z.string(), z.number()),
    failed: z.array(z.number()).default([]),
    damaged: z.array(z.number()).default([]),
    metadata_pool: z.number().optional(),
    data_pools: z.array(z.number()).default([]),
    info: z.record(
      z.string(),
      z.object({ name: z.string(), rank: z.number(), state: z.string(), laggy_since: z.unknown().optional() }),
    ),
  }),
});
export type FsGet = z.infer<typeof FsGet>;

/** `ceph health detail`, as much of it as is read. */
export const HealthDetail = z.object({
  status: z.string(),
  checks: z.record(
    z.string(),
    z.object({
      muted: z.boolean().default(false),
      summary: z.object({ message: z.string() }),
      detail: z.array(z.object({ message: z.string() })).default([]),
    }),
  ),
});
export type HealthDetail = z.infer<typeof HealthDetail>;

export interface ClusterLook {
  readonly fsName: string;
  readonly fs: FsGet;
  readonly health: HealthDetail;
  /** Names of the pools of the file system; absent where they were not asked for. */
  readonly pools?: readonly string[];
}

/**
 * Codes of `ceph health` that may concern a file system, and how to tell from a line of their details that they do.
 * All others are everyday life of a cluster, and degrade nobody. https://docs.ceph.com/en/latest/cephfs/health-messages
 */
const CODES: Readonly<Record<string, (line: string, look: ClusterLook) => boolean>> = {
  MDS_ALL_DOWN: namesFs,
  FS_DEGRADED: namesFs,
  FS_WITH_FAILED_MDS: namesFs,
  MDS_UP_LESS_THAN_MAX: namesFs,
  MDS_DAMAGE: namesMds,
  MDS_READ_ONLY: namesMds,
  MDS_SLOW_METADATA_IO: namesMds,
  MDS_SLOW_REQUEST: namesMds,
  PG_AVAILABILITY: namesPoolId,
  POOL_FULL: (line, { pools = [] }) => pools.some((pool) => line.includes(`'${pool}'`)),
  OSD_FULL: () => true,
};

/** Whether the verdict depends on the names of the pools. */
export const needsPools = ({ checks }: HealthDetail): boolean => 'POOL_FULL' in checks;

/** What the cluster says of a file system: a warning at worst, because the mount says whether it can be used. Pure. */
export function judgeCluster(look: ClusterLook): CheckAnswer {
  const { in: ranks, info } = look.fs.mdsmap;
  const servers = Object.values(info).filter(({ rank }) => ranks.includes(rank));
  const active = ranks.filter((rank) => servers.some((server) => server.rank === rank && isServing(server))).length;
  const faults = findFaults(look);
  const notes = [...servers.filter((server) => !isServing(server)).map(describe), ...faults];
  const details = {
    info: notes.length > 0 ? notes.join('; ') : null,
    metadata: { cluster_health: look.health.status, mds_active: active, mds_ranks: ranks.length },
  };
  const count = `${active} of ${ranks.length} metadata servers active`;
  if (active < ranks.length || ranks.length === 0) {
    return { status: 'warn', reason: 'STORAGE_DEGRADED', summary: count, ...details };
  }
  if (faults.length > 0) {
    return { status: 'warn', reason: 'STORAGE_DEGRADED', summary: 'the cluster reports a fault', ...details };
  }
  return { status: 'pass', reason: 'OK', summary: count, ...details };
}

type Server = FsGet['mdsmap']['info'][string];

/** Every other state is one of coming up, going down, or standing by. */
const isServing = ({ state, laggy_since }: Server): boolean => state === 'up:active' && laggy_since === undefined;

const describe = ({ name, rank, state, laggy_since }: Server): string =>
  `mds.${name} of rank ${rank} is ${state}${laggy_since === undefined ? '' : ', laggy'}`;

/** What the cluster complains of and this file system suffers from. */
function findFaults(look: ClusterLook): string[] {
  return Object.entries(look.health.checks).flatMap(([code, { muted, summary, detail }]) => {
    const concerns = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
    const isOurs = !muted && concerns !== undefined && detail.some(({ message }) => concerns(message, look));
    return isOurs ? [`${code}: ${summary.message}`] : [];
  });
}

/** As in `fs cephfs is degraded`. */
function namesFs(line: string, { fsName }: ClusterLook): boolean {
  return line.split(/[\s:']+/).includes(fsName);
}

/** As in `mdsa(mds.0): MDS in read-only mode`. */
function namesMds(line: string, { fs }: ClusterLook): boolean {
  return Object.values(fs.mdsmap.info).some(
    ({ name }) => line.startsWith(`mds${name}(`) || line.startsWith(`mds.${name}(`),
  );
}

/** As in `pg 2.3 is stuck inactive`, of pool 2. */
function namesPoolId(line: string, { fs: { mdsmap } }: ClusterLook): boolean {
  const pool = /\bpg (\d+)\./.exec(line)?.[1];
  return pool !== undefined && [mdsmap.metadata_pool, ...mdsmap.data_pools].includes(Number(pool));
}
