const MANAGEMENT = 9;
const FOURTH = 4;

/** Eight nodes that serve, in two boxes, and one that only manages. */
export function vastCnodes(state: string): readonly Readonly<Record<string, unknown>>[] {
  if (state === 'empty-list' || state === 'cnodes-list-empty') return [];
  return Array.from({ length: MANAGEMENT }, (_, index) => ({ ...cnode(index + 1), ...changeOf(index + 1, state) }));
}

function changeOf(id: number, state: string): Readonly<Record<string, unknown>> {
  switch (state) {
    case 'cnode-failed':
      return id === FOURTH ? { ...stateOf('FAILED'), failure_reason: 'LEASE_EXPIRED' } : {};
    case 'cnode-disabled':
      return id === FOURTH ? { ...stateOf('INACTIVE'), enabled: false } : {};
    case 'mgmt-cnode-inactive':
      return id === MANAGEMENT ? stateOf('INACTIVE') : {};
    case 'no-cnodes':
      return id === MANAGEMENT ? {} : stateOf('INACTIVE');
    case 'offline':
    case 'failed':
      return stateOf('INACTIVE');
    case 'deactivating':
      return stateOf('DEACTIVATING');
    case 'init':
    case 'activating':
      return stateOf('ACTIVATING');
    case 'unknown':
      return stateOf('UNKNOWN');
    default:
      return {};
  }
}

const stateOf = (state: string) => ({ state, display_state: state });

function cnode(id: number) {
  return {
    id,
    guid: `3e5b7c10-6a6c-5b0e-9a51-00000000000${id}`,
    uid: 16_140_901_064_495_857_664n + BigInt(id),
    name: `cnode-128-${id}`,
    title: `cnode-128-${id}`,
    url: `https://vms.example/api/cnodes/${id}`,
    hostname: `vst-a-cn${id}`,
    host_label: `11.0.0.${id}`,
    ip: `172.16.3.${id}`,
    ip1: `172.16.3.${id}`,
    ip2: `172.16.3.${id + 128}`,
    mgmt_ip: `10.30.0.${id + 20}`,
    ipmi_ip: `10.30.1.${id + 20}`,
    state: 'ACTIVE',
    display_state: 'ACTIVE',
    enabled: true,
    is_mgmt: id === MANAGEMENT,
    failure_reason: null,
    sync: 'SYNCED',
    sync_time: '2026-03-09T02:14:11.000184Z',
    cbox: id <= FOURTH ? 'cbox-1' : 'cbox-2',
    cbox_id: id <= FOURTH ? 1 : 2,
    cbox_uid: `cbox-S9280X4-${id <= FOURTH ? 1 : 2}`,
    cluster: 'vst-a',
    cluster_id: 2,
    host_type: 'Cascadelake-S',
    box_vendor: 'Broadwell, single dr1',
    os_version: '12.12.14-1583021',
    bios_version: '3A10.VST',
    bmc_fw_version: '2.94.dd2ed5ce',
    core: 'C',
    vips: [`10.40.0.${id * 2}`, `10.40.0.${id * 2 + 1}`],
    is_migrated: false,
    tenant_id: null,
  };
}
