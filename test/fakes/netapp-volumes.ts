import { type Fields, picked } from './field-paths.ts';

export interface VolumeIdentity {
  readonly name: string;
  readonly uuid: string;
  readonly svm: Fields;
  /** The numbers of the nodes whose aggregates it lies on. */
  readonly on: readonly number[];
}

/** The volume that clients are to watch. */
export const VOLUME = 'scratch_a';
export const VOLUME_UUID = '0a6e7c1e-77d1-11ee-a0b3-00a098aa0001';
export const SVM = { name: 'svm_nfs', uuid: '5c9d7b60-77d0-11ee-a0b3-00a098aa0001' } as const;
export const OTHER_SVM = { name: 'svm_dev', uuid: '5c9d7b60-77d0-11ee-a0b3-00a098aa0002' } as const;

export function nodeRef(number: number): Fields {
  return { name: `n${number}`, uuid: `4ea7a442-86d1-11e0-ae1c-12347856341${number}` };
}

export function aggregateRef(number: number): Fields {
  return { name: `n${number}_nvme`, uuid: `b2f0c9d4-6f0d-4c2e-9d3f-0f0e5a1b4c0${number}` };
}

/** A flexible volume on a good day, with all that ONTAP knows of one. */
export function flexvol({ name, uuid, svm, on }: VolumeIdentity): Fields {
  return {
    uuid,
    name,
    comment: '',
    create_time: '2024-02-19T09:41:07+00:00',
    language: 'c.utf_8',
    size: SIZE,
    state: 'online',
    style: 'flexvol',
    type: 'rw',
    // Noise: it stands there on the best of days.
    status: [`Volume ${name} has one or more scanners active.`],
    msid: 2157478066,
    is_svm_root: false,
    is_object_store: false,
    access_time_enabled: true,
    cloud_retrieval_policy: 'default',
    snapshot_count: 11,
    snapshot_directory_access_enabled: true,
    svm,
    aggregates: on.map(aggregateRef),
    nodes: on.map(nodeRef),
    analytics: { supported: true, state: 'off' },
    activity_tracking: { supported: true, state: 'off' },
    autosize: { mode: 'off', maximum: 13194139533312, minimum: SIZE, grow_threshold: 98, shrink_threshold: 50 },
    clone: { is_flexclone: false, has_flexclone: false },
    efficiency: { state: 'enabled', compression: 'inline', dedupe: 'both', op_state: 'idle', progress: 'Idle' },
    encryption: { enabled: false, state: 'none', rekey: false },
    error_state: { has_bad_blocks: false, is_inconsistent: false },
    files: { maximum: 318766950, used: 41870313 },
    flexcache_endpoint_type: 'none',
    guarantee: { type: 'none', honored: true },
    metric: { timestamp: '2026-03-02T08:11:15Z', duration: 'PT15S', status: 'inconsistent_delta_time' },
    nas: {
      path: `/${name}`,
      security_style: 'unix',
      unix_permissions: 755,
      uid: 0,
      gid: 0,
      export_policy: { name: 'hpc', id: 12884901891 },
      junction_parent: { name: 'svm_nfs_root', uuid: '0a6e7c1e-77d1-11ee-a0b3-00a098aa00ff' },
    },
    qos: { policy: { name: 'extreme-fixed', max_throughput_iops: 50000 } },
    quota: { enabled: false, state: 'off' },
    snaplock: { type: 'non_snaplock' },
    snapmirror: { is_protected: false },
    snapshot_policy: { name: 'default', uuid: '3675af31-431c-12fa-114a-20675afebc12' },
    space: {
      size: SIZE,
      available: 6148914691236,
      used: 4846201586524,
      afs_total: SIZE,
      percent_used: 44,
      block_storage_inactive_user_data: 0,
      footprint: 4857001586524,
      metadata: 51539607552,
      over_provisioned: 0,
      local_tier_footprint: 4857001586524,
      snapshot: { used: 226492416, reserve_percent: 5, reserve_size: 549755813888, autodelete_enabled: false },
      logical_space: { enforcement: false, reporting: false, used_by_afs: 9692403173048, available: 6148914691236 },
    },
    statistics: {
      timestamp: '2026-03-02T08:11:20Z',
      // It speaks of the numbers, not of the volume.
      status: 'inconsistent_delta_time',
      // Above 2^53, and printed as numbers all the same.
      iops_raw: { read: 118059162071741130n, write: 9007199254740993n, other: 3, total: 127066361326482123n },
      throughput_raw: { read: 18446744073709551615n, write: 36893488147419, other: 0, total: 18446744073709551615n },
    },
    tiering: { policy: 'none' },
  };
}

/** A FlexGroup, and its constituents, of which the one of this number is offline. */
export function flexgroup(identity: VolumeIdentity, offlineMember: number): Fields[] {
  const { name, uuid, svm } = identity;
  const group = { name, uuid };
  const members = Array.from({ length: 8 }, (_, index) => {
    const member = flexvol({
      name: `${name}__${String(index + 1).padStart(4, '0')}`,
      uuid: `77aa7c1e-77d1-11ee-a0b3-00a098aa010${index + 1}`,
      svm,
      on: [1 + (index % 2)],
    });
    const constituent = { ...member, style: 'flexgroup_constituent', flexgroup: group, is_constituent: true };
    return index + 1 === offlineMember ? notOnline(constituent, 'offline') : constituent;
  });
  return [{ ...flexvol({ ...identity, on: [1, 2] }), style: 'flexgroup', state: 'mixed' }, ...members];
}

/** The record of a volume that nobody can reach: thinner, and with no place in the name space. */
export function notOnline(volume: Fields, state: string): Fields {
  const thin = picked(volume, [
    'uuid',
    'name',
    'comment',
    'create_time',
    'size',
    'style',
    'type',
    'svm',
    'aggregates',
    'nodes',
    'is_constituent',
    'flexgroup',
    'snapshot_policy',
    'space.size',
    'error_state',
  ]);
  return { ...thin, state, status: [`Volume ${String(volume['name'])} is not online.`] };
}

const SIZE = 10995116277760;
