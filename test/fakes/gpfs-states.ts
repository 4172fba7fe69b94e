import { type GpfsCluster, mounting, saying, UNMOUNTED, wellCluster, withoutDaemons } from './gpfs-cluster.ts';

export interface GpfsState {
  /** One sentence on it. */
  readonly meaning: string;
  /** Without one, the cluster is well. */
  readonly cluster?: () => GpfsCluster;
  /** What the management API makes of a cluster, beside telling of it. */
  readonly quirk?: GpfsQuirk;
}

export type GpfsQuirk =
  | 'empty-list'
  | 'fs-unquoted'
  | 'fs-list-empty'
  | 'hostile-paging'
  | 'inner-error'
  | 'busy'
  | 'no-filter'
  | 'roles-missing'
  | 'camel';

const well = wellCluster();
const names = well.nodes.map(({ name }) => name);

export const GPFS_STATES = {
  well: { meaning: 'Eight nodes, three of them quorum nodes, all with the file system mounted read/write.' },
  'unknown-word': {
    meaning: 'Every daemon is in a state that no documentation knows.',
    cluster: () => saying(well, 'daemon', { state: 'QUIESCING' }),
  },
  'missing-field': {
    meaning: 'The rows of the daemons have no state.',
    cluster: () => saying(well, 'daemon', { state: undefined }),
  },
  'empty-list': { meaning: 'The list of health states has no row.', quirk: 'empty-list' },
  tips: {
    meaning: 'Every daemon has advice on its settings, as after a fresh installation.',
    cluster: () => saying(well, 'daemon', { state: 'TIPS', reasons: ['gpfs_pagepool_small'] }),
  },
  degraded: {
    meaning: 'The daemon of kr-c6 is down; the others have the file system mounted.',
    cluster: () => withoutDaemons(well, 'gpfs_down', [6]),
  },
  'node-degraded': {
    meaning: 'The daemon of kr-c4 works with an impairment.',
    cluster: () => saying(well, 'daemon', { state: 'DEGRADED', reasons: ['longwaiters_found'], of: [4] }),
  },
  'fs-degraded': {
    meaning: 'kr-c2 calls the file system degraded.',
    cluster: () => saying(well, 'work', { state: 'DEGRADED', reasons: ['ill_replicated_fs'], of: [2] }),
  },
  'disk-degraded': {
    meaning: 'kr-c1 and kr-c2 have lost a disk of the file system.',
    cluster: () => saying(well, 'disks', { state: 'DEGRADED', reasons: ['disk_down'], of: [1, 2] }),
  },
  'quorum-lost': {
    // The lists are minutes old: the survivor's daemon arbitrates and still counts as healthy.
    meaning: 'One of three quorum nodes is up, and no node has the file system mounted.',
    cluster: () => mounting(withoutDaemons(well, 'quorum_down', [2, 3, 4, 5, 6, 7, 8]), UNMOUNTED),
  },
  tiebreaker: {
    meaning: 'One of three quorum nodes is up, serves by the vote of tiebreaker disks, and mounts read/write.',
    cluster: () => withoutDaemons(well, 'gpfs_down', [2, 3]),
  },
  'all-down': {
    meaning: 'Every daemon is down for want of a quorum.',
    cluster: () => withoutDaemons(well, 'quorum_down'),
  },
  suspended: {
    meaning: 'Every daemon has been taken out by an operator.',
    cluster: () => mounting(turnedThrough(well, ['DISABLED', 'STOPPED', 'SUSPENDED']), UNMOUNTED),
  },
  'one-suspended': {
    meaning: 'kr-c8 has been taken out by an operator.',
    cluster: () => {
      const suspended = saying(well, 'daemon', { state: 'SUSPENDED', reasons: ['node_suspended'], of: [8] });
      return mounting(suspended, { readWrite: names.filter((name) => name !== 'kr-c8') });
    },
  },
  checking: {
    meaning: 'The monitoring has no verdict on any daemon yet.',
    cluster: () => turnedThrough(well, ['CHECKING', 'UNKNOWN']),
  },
  'not-mounted': {
    meaning: 'No node has the file system mounted.',
    cluster: () => mounting(saying(well, 'work', { state: 'DEGRADED', reasons: ['unmounted_fs_check'] }), UNMOUNTED),
  },
  'mounted-elsewhere': {
    meaning: 'The node of the GUI does not mount the file system; the others do.',
    cluster: () => mounting(well, { status: 'not mounted', readWrite: names.slice(1) }),
  },
  'read-only': {
    meaning: 'Every node has the file system mounted read-only.',
    cluster: () => mounting(well, { readWrite: [], readOnly: names }),
  },
  'fs-rows-failed': {
    meaning: 'Every node has had to unmount the file system, which is mounted internally at most.',
    cluster: () =>
      mounting(saying(well, 'work', { state: 'FAILED', reasons: ['fs_forced_unmount'] }), {
        readWrite: [],
        internally: ['kr-c1'],
      }),
  },
  'fs-missing': { meaning: 'There is no such file system.', cluster: () => ({ ...well, mount: null }) },
  'fs-missing-quoted': {
    meaning: 'There is no such file system, in the words of a release that does not quote.',
    cluster: () => ({ ...well, mount: null }),
    quirk: 'fs-unquoted',
  },
  'fs-list-empty': { meaning: 'The database has no file system in it yet.', quirk: 'fs-list-empty' },
  'other-components': {
    meaning: 'Services that are no storage have failed on every node.',
    cluster: () => saying(well, 'services', { state: 'FAILED', reasons: ['service_down'] }),
  },
  paged: {
    meaning: 'A cluster of 1,200 nodes, of which one answer lists at most a thousand.',
    cluster: () => wellCluster(1200, [1, 2, 1101]),
  },
  'hostile-paging': { meaning: 'Each page names a next one, on a host of somebody else.', quirk: 'hostile-paging' },
  'inner-error': { meaning: 'Failures come as HTTP 200 with the code in the body.', quirk: 'inner-error' },
  busy: { meaning: 'The API is too busy to answer.', quirk: 'busy' },
  'no-filter': {
    meaning: 'An old release that ignores filters; services and the other file system have failed.',
    cluster: () =>
      saying(saying(well, 'services', { state: 'FAILED', reasons: ['service_down'] }), 'archive', {
        state: 'FAILED',
        reasons: ['fs_forced_unmount'],
      }),
    quirk: 'no-filter',
  },
  'roles-missing': { meaning: 'The list of nodes cannot be read.', quirk: 'roles-missing' },
  camel: { meaning: 'A release that spells the name of a node adminNodename.', quirk: 'camel' },
  'camel-degraded': {
    meaning: 'The daemon of kr-c2, a quorum node, is down, on a release that spells the name of a node adminNodename.',
    cluster: () => withoutDaemons(well, 'gpfs_down', [2]),
    quirk: 'camel',
  },
} satisfies Record<string, GpfsState>;

/** The cluster whose daemons are in these states in turn. */
function turnedThrough(cluster: GpfsCluster, states: readonly string[]): GpfsCluster {
  return {
    ...cluster,
    nodes: cluster.nodes.map((node) => {
      const state = states[node.number % states.length];
      return { ...node, verdicts: { ...node.verdicts, daemon: { state, reasons: [] } } };
    }),
  };
}
