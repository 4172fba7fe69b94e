import { type Fields, omitted, picked } from './field-paths.ts';
import { type OntapCluster, wellOntap } from './netapp-cluster.ts';
import { flexgroup, flexvol, nodeRef, notOnline, OTHER_SVM, SVM, VOLUME, VOLUME_UUID } from './netapp-volumes.ts';

export interface OntapState {
  /** One sentence on it. */
  readonly meaning: string;
  /** Without one, the cluster is well. */
  readonly cluster?: () => OntapCluster;
  /** What the REST interface makes of a cluster, beside telling of it. */
  readonly quirk?: OntapQuirk;
}

export type OntapQuirk =
  | 'empty-list'
  | 'slow-collection'
  | 'hostile-next'
  | 'deaf-filter'
  | 'old-release'
  | 'svm-account'
  | 'too-many'
  | 'mgmt-quorum'
  | 'rpc-timeout'
  | 'not-setup';

const IDENTITY = { name: VOLUME, uuid: VOLUME_UUID, svm: SVM, on: [1] };
const TWIN = { name: VOLUME, uuid: '0a6e7c1e-77d1-11ee-a0b3-00a098aa0002', svm: OTHER_SVM, on: [2] };

/** At the second node, though it belongs to the first. */
const AWAY = { location: { is_home: false, node: nodeRef(2) } };

export const ONTAP_STATES = {
  well: { meaning: 'A flexible volume in its place in the name space, its SVM runs, its addresses are up.' },
  'unknown-word': {
    meaning: 'The volume is in a state that no documentation knows.',
    cluster: () => withVolume((volume) => ({ ...volume, state: 'quiesced' })),
  },
  'missing-field': {
    meaning: 'The record of the volume is complete but for the state.',
    cluster: () => withVolume((volume) => omitted(volume, ['state'])),
  },
  'empty-list': { meaning: 'Every page of volumes is empty and names a next one.', quirk: 'empty-list' },
  'nearly-full': {
    meaning: 'The volume has little room left.',
    cluster: () =>
      withSpace({ available: 219902325555, percent_used: 98 }, 'is nearly full (using space 9.80TB of 10TB)'),
  },
  full: {
    meaning: 'The volume has no room left.',
    cluster: () => withSpace({ available: 0, percent_used: 100 }, 'is full (using space 10TB of 10TB)'),
  },
  mixed: {
    meaning: 'A FlexGroup, of which one constituent of eight, not the first, is offline.',
    cluster: () => withVolumes(flexgroup(IDENTITY, 5)),
  },
  'mixed-root': {
    meaning: 'A FlexGroup whose first constituent, which holds its root, is offline.',
    cluster: () => withVolumes(flexgroup(IDENTITY, 1)),
  },
  restricted: {
    meaning: 'The volume is restricted to what ONTAP itself does with it.',
    cluster: () => withVolume((volume) => notOnline(volume, 'restricted')),
  },
  offline: {
    meaning: 'The volume is offline.',
    cluster: () => withVolume((volume) => notOnline(volume, 'offline')),
  },
  error: {
    meaning: 'The volume is inconsistent and cannot serve data.',
    cluster: () =>
      withVolume((volume) => ({
        ...notOnline(volume, 'error'),
        error_state: { has_bad_blocks: false, is_inconsistent: true },
      })),
  },
  'no-state': {
    meaning: 'The node of the volume is away, and its record could not be completed.',
    cluster: () => withVolume((volume) => picked(volume, ['uuid', 'name', 'svm'])),
  },
  unjunctioned: {
    meaning: 'The volume is online, but has no place in the name space.',
    cluster: () => withVolume((volume) => omitted(volume, ['nas.path', 'nas.junction_parent'])),
  },
  'data-protection': {
    meaning: 'The volume is the destination of a mirror, and so read-only.',
    cluster: () => withVolume((volume) => ({ ...volume, type: 'dp', snapmirror: { is_protected: false } })),
  },
  'bad-blocks': {
    meaning: 'The volume has blocks that cannot be read.',
    cluster: () =>
      withVolume((volume) => ({ ...volume, error_state: { has_bad_blocks: true, is_inconsistent: false } })),
  },
  'svm-stopped': { meaning: 'The SVM has been stopped.', cluster: () => withSvm({ state: 'stopped' }) },
  'svm-starting': { meaning: 'The SVM is starting.', cluster: () => withSvm({ state: 'starting' }) },
  'nfs-disabled': {
    meaning: 'The SVM does not serve NFS.',
    cluster: () => withSvm({ nfs: { enabled: false } }),
  },
  'lifs-down': {
    meaning: 'Both addresses for data are down.',
    cluster: () => withLifs(['d1', 'd2'], { state: 'down' }),
  },
  'lif-down': { meaning: 'One of two addresses for data is down.', cluster: () => withLifs(['d1'], { state: 'down' }) },
  'lif-away': {
    meaning: 'An address for data is up at a port that is not its home.',
    cluster: () => withLifs(['d1'], AWAY),
  },
  'node-taken-over': { meaning: 'The second node serves for the first one.', cluster: () => takenOver() },
  'vol-missing': { meaning: 'There is no such volume.', cluster: () => withVolumes([]) },
  'deleted-meanwhile': { meaning: 'The volume that was there has been deleted.', cluster: () => withVolumes([]) },
  ambiguous: {
    meaning: 'Two SVMs have a volume of that name.',
    cluster: () => withVolumes([flexvol(IDENTITY), flexvol(TWIN)]),
  },
  'ambiguous-despite-filter': {
    meaning: 'Two SVMs have a volume of that name, and both are listed whatever SVM is asked for.',
    cluster: () => withVolumes([flexvol(IDENTITY), flexvol(TWIN)]),
    quirk: 'deaf-filter',
  },
  'slow-collection': { meaning: 'The first page of volumes ran out of time and is empty.', quirk: 'slow-collection' },
  'hostile-next': { meaning: 'Each page of volumes is empty and names one of somebody else.', quirk: 'hostile-next' },
  'old-release': { meaning: 'A release that knows few fields.', quirk: 'old-release' },
  'svm-account': { meaning: 'The account may read volumes and nothing else.', quirk: 'svm-account' },
  'too-many': { meaning: 'There are too many requests.', quirk: 'too-many' },
  'mgmt-quorum': { meaning: 'The management node is out of quorum.', quirk: 'mgmt-quorum' },
  'rpc-timeout': { meaning: 'The nodes do not answer each other.', quirk: 'rpc-timeout' },
  'not-setup': { meaning: 'The cluster has not been set up.', quirk: 'not-setup' },
  metrocluster: {
    meaning: 'The other site has taken over, which renames the SVM.',
    cluster: () => switchedOver(),
  },
} satisfies Record<string, OntapState>;

/** The cluster with these volumes in the place of the one that is watched. */
function withVolumes(volumes: readonly Fields[]): OntapCluster {
  const well = wellOntap();
  return { ...well, volumes: [...volumes, ...well.volumes.slice(1)] };
}

function withVolume(change: (volume: Fields) => Fields): OntapCluster {
  return withVolumes([change(flexvol(IDENTITY))]);
}

function withSpace(space: Fields, status: string): OntapCluster {
  return withVolume((volume) => {
    const size = Number(volume['size']);
    const used = size - Number(space['available']);
    return {
      ...volume,
      space: { ...(volume['space'] as Fields), used, ...space },
      status: [`Volume ${VOLUME} ${status}.`, ...(volume['status'] as string[])],
    };
  });
}

function withSvm(changes: Fields): OntapCluster {
  const well = wellOntap();
  return { ...well, svms: changed(well.svms, [SVM.name], changes) };
}

function withLifs(names: readonly string[], changes: Fields): OntapCluster {
  const well = wellOntap();
  return { ...well, lifs: changed(well.lifs, names, changes) };
}

function takenOver(): OntapCluster {
  const well = withLifs(['d1'], AWAY);
  const nodes = changed(well.nodes, ['n2'], {
    ha: { takeover: { state: 'in_takeover' }, giveback: { state: 'not_attempted', status: [] } },
  });
  return {
    ...well,
    nodes: changed(nodes, ['n1'], { state: 'taken_over' }),
    aggregates: changed(well.aggregates, ['n1_nvme'], { node: nodeRef(2) }),
  };
}

function switchedOver(): OntapCluster {
  const well = wellOntap();
  const renamed = { ...SVM, name: `${SVM.name}-mc` };
  const moved = (records: readonly Fields[]): Fields[] =>
    records.map((record) => (record['svm'] === SVM ? { ...record, svm: renamed } : record));
  return {
    ...well,
    volumes: moved(well.volumes),
    lifs: moved(well.lifs),
    svms: changed(well.svms, [SVM.name], { name: renamed.name, subtype: 'sync_destination' }),
  };
}

/** The records, those of these names with changes in them and in the objects that they hold. */
function changed(records: readonly Fields[], names: readonly string[], changes: Fields): Fields[] {
  return records.map((record) => {
    if (!names.includes(String(record['name']))) return record;
    const entries = Object.entries(changes).map(([key, value]): [string, unknown] => [
      key,
      typeof value === 'object' ? { ...(record[key] as Fields), ...value } : value,
    ]);
    return { ...record, ...Object.fromEntries(entries) };
  });
}
