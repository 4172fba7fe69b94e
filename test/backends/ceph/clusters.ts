/** What `ceph -f json` prints of a file system "vol" that is well, in pools 1 and 2. */
export const FS_GET = {
  id: 1,
  mdsmap: {
    fs_name: 'vol',
    max_mds: 1,
    in: [0],
    up: { mds_0: 4201 },
    failed: [],
    damaged: [],
    stopped: [],
    metadata_pool: 1,
    data_pools: [2],
    info: { gid_4201: { gid: 4201, name: 'a', rank: 0, state: 'up:active' } as Mds },
  },
};

interface Mds {
  gid: number;
  name: string;
  rank: number;
  state: string;
  laggy_since?: string;
}

/** The same, with other metadata servers. */
export const fsWith = (info: Record<string, Mds>, more: object = {}) => ({
  ...FS_GET,
  mdsmap: { ...FS_GET.mdsmap, info, ...more },
});

export const HEALTHY = { status: 'HEALTH_OK', checks: {}, mutes: [] };

/** A health with one complaint. */
export const healthWith = (code: string, line: string, muted = false) => ({
  status: 'HEALTH_WARN',
  checks: {
    [code]: { severity: 'HEALTH_WARN', summary: { message: code, count: 1 }, detail: [{ message: line }], muted },
  },
  mutes: [],
});

export const FS_LS = [
  { name: 'vol', metadata_pool: 'vol_meta', data_pools: ['vol_data'] },
  { name: 'other', metadata_pool: 'other_meta', data_pools: ['other_data'] },
];
