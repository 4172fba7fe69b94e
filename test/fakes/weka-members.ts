/** The file system of which `options` speak. */
export const WEKA_FILE_SYSTEM = 'ai-models';

/** What `GET /fileSystems` says. It has more than one, among them one whose name only begins like the one that is meant. */
export function wekaFileSystems(state: string): readonly unknown[] {
  if (state === 'empty-list' || state === 'fs-list-empty') return [];
  const names = ['default', `${WEKA_FILE_SYSTEM}-archive`, WEKA_FILE_SYSTEM, '.config_fs'];
  return names
    .map((name, index) => fileSystem(index, name))
    .filter(({ name }) => name !== WEKA_FILE_SYSTEM || state !== 'fs-missing')
    .map((row) => (row.name === WEKA_FILE_SYSTEM ? { ...row, ...CHANGES[state] } : row));
}

/** Containers, or hosts as they were called: one a machine. */
export function wekaContainers(state: string): readonly unknown[] {
  const down = state === 'backend-down' ? 12 : null;
  return Array.from({ length: 13 }, (_, index) => ({
    id: `HostId: ${index}`,
    uid: `5f0f4a1e-71b4-4a6c-9c2d-0000000000${`${index}`.padStart(2, '0')}`,
    hostname: `weka-${index + 1}`,
    container_name: 'drives0',
    mode: 'backend',
    ips: [`10.20.0.${index + 11}`],
    mgmt_port: 14_000,
    cores: 5,
    memory: 35_184_372_088,
    state: 'ACTIVE',
    status: index === down ? 'DOWN' : 'UP',
    sw_version: '4.4.2',
    failure_domain: { name: `rack-${index}`, type: 'AUTO' },
    last_failure: index === down ? 'Host was fenced: no heartbeat' : '',
    last_failure_code: index === down ? 'HeartbeatTimeout' : null,
    started_at: '2026-03-02T13:40:12Z',
  }));
}

/** A cluster that is well has some, too. */
export function wekaAlerts(state: string): readonly unknown[] {
  return state === 'drive-down' ? [...USUAL_ALERTS, DRIVE_DOWN] : USUAL_ALERTS;
}

const CHANGES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'fs-not-ready': { status: 'CREATING', is_ready: false, is_creating: true },
  'fs-removing': { status: 'REMOVING', is_removing: true },
};

function fileSystem(index: number, name: string) {
  return {
    id: `FSId: ${index}`,
    uid: `b2d7c3a0-4a8e-4d17-a0c1-6f3a5a9f00${index}1`,
    name,
    group_id: 'FSGId: 0',
    group_name: 'default',
    status: 'READY',
    is_ready: true,
    is_creating: false,
    is_removing: false,
    is_encrypted: false,
    auth_required: false,
    data_reduction: false,
    auto_max_files: false,
    max_files: 22_107_463_680,
    total_budget: 9_007_199_254_740_993n,
    ssd_budget: 9_007_199_254_740_993n,
    metadata_budget: 90_071_992_547_410,
    used_total: 4_512_395_720_392_704,
    used_total_data: 4_512_395_716_198_400,
    used_ssd: 4_512_395_720_392_704,
    used_ssd_data: 4_512_395_716_198_400,
    used_ssd_metadata: 4_194_304,
    available_total: 9_007_199_254_740_993n,
    available_ssd: 9_007_199_254_740_993n,
    available_ssd_metadata: 90_071_992_547_410,
    free_total: 4_494_803_534_348_289,
    free_ssd: 4_494_803_534_348_289,
    thin_provisioning: false,
    obs_buckets: [],
    metadata: { last_modified: '2026-02-11T08:30:00Z', owner_id: 18_446_744_073_709_551_615n },
  };
}

const USUAL_ALERTS = [
  {
    type: 'SystemTimeNotSynced',
    severity: 'WARNING',
    muted: false,
    title: 'Clock of a server is not in sync',
    fmt: 'The clock of {hostname} differs by {skew} seconds.',
    action: 'Check NTP on that server.',
    params: { hostname: 'weka-7', skew: 3, node_id: 18_446_744_073_709_551_600n },
    count: 1,
  },
  {
    type: 'NoClusterLicense',
    severity: 'WARNING',
    muted: true,
    title: 'The licence ends soon',
    fmt: 'The licence of the cluster ends on {date}.',
    action: 'Get a new one.',
    params: { date: '2028-01-01' },
    count: 1,
  },
];

const DRIVE_DOWN = {
  type: 'DriveDown',
  severity: 'MAJOR',
  muted: false,
  title: 'A drive is down',
  fmt: 'Drive {serial} of {hostname} does not respond.',
  action: 'Replace it.',
  params: { hostname: 'weka-3', serial: 'S438NA0M900311', disk_id: 9_007_199_254_740_997n },
  count: 1,
};
