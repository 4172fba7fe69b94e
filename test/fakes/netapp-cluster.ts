import type { Fields } from './field-paths.ts';
import { aggregateRef, flexvol, nodeRef, OTHER_SVM, SVM, VOLUME, VOLUME_UUID } from './netapp-volumes.ts';

/** The records of a cluster, in full. */
export interface OntapCluster {
  readonly volumes: readonly Fields[];
  readonly svms: readonly Fields[];
  readonly lifs: readonly Fields[];
  readonly aggregates: readonly Fields[];
  readonly nodes: readonly Fields[];
}

/** Two nodes, two SVMs; the volume that clients are to watch lies on the first node. */
export function wellOntap(): OntapCluster {
  const root = flexvol({ name: 'svm_nfs_root', uuid: '0a6e7c1e-77d1-11ee-a0b3-00a098aa00ff', svm: SVM, on: [1] });
  return {
    volumes: [
      flexvol({ name: VOLUME, uuid: VOLUME_UUID, svm: SVM, on: [1] }),
      { ...root, is_svm_root: true, nas: { path: '/', security_style: 'unix' } },
      flexvol({ name: 'home', uuid: '0a6e7c1e-77d1-11ee-a0b3-00a098aa0007', svm: SVM, on: [2] }),
      flexvol({ name: 'builds', uuid: '0a6e7c1e-77d1-11ee-a0b3-00a098aa0008', svm: OTHER_SVM, on: [2] }),
    ],
    svms: [svm(SVM), svm(OTHER_SVM)],
    lifs: [
      lif({ name: 'd1', number: 1, svm: SVM, services: DATA }),
      lif({ name: 'd2', number: 2, svm: SVM, services: DATA }),
      lif({ name: 'svm_nfs_mgmt', number: 3, svm: SVM, services: ['management_https', 'management_ssh'] }),
      lif({ name: 'dev1', number: 4, svm: OTHER_SVM, services: DATA }),
    ],
    aggregates: [aggregate(1), aggregate(2)],
    nodes: [node(1), node(2)],
  };
}

/** The record of the whole cluster. */
export function clusterRecord(version: { full: string; major: number; minor: number }): Fields {
  return {
    name: 'kr-ontap',
    uuid: '1cd8a442-86d1-11e0-ae1c-123478563412',
    location: 'hall 2',
    contact: 'storage@hpc.example',
    version: { full: version.full, generation: 9, major: version.major, minor: version.minor },
    dns_domains: ['hpc.example'],
    name_servers: ['192.0.2.53'],
    ntp_servers: ['192.0.2.123'],
    management_interfaces: [{ name: 'cluster_mgmt', uuid: LIF_UUID(9), ip: { address: '192.0.2.20' } }],
    san_optimized: false,
    disaggregated: false,
    timezone: { name: 'Asia/Seoul' },
    statistics: {
      timestamp: '2026-03-02T08:11:20Z',
      status: 'ok',
      throughput_raw: { read: 18446744073709551615n, write: 9223372036854775809n, other: 0 },
    },
  };
}

const DATA = ['data_core', 'data_nfs', 'data_fpolicy_client'];

const LIF_UUID = (number: number): string => `c670707c-9116-11ee-8fee-00505682e86${number}`;

const IPSPACE = { name: 'Default', uuid: '1d3199d2-4161-11ee-8a2e-005056808a11' };

function svm(identity: Fields): Fields {
  return {
    ...identity,
    state: 'running',
    subtype: 'default',
    language: 'c.utf_8',
    comment: '',
    ipspace: IPSPACE,
    aggregates: [aggregateRef(1), aggregateRef(2)],
    snapshot_policy: { name: 'default', uuid: '3675af31-431c-12fa-114a-20675afebc12' },
    max_volumes: 'unlimited',
    nsswitch: { hosts: ['files', 'dns'], group: ['files', 'ldap'], passwd: ['files', 'ldap'] },
    dns: { domains: ['hpc.example'], servers: ['192.0.2.53'] },
    nfs: { allowed: true, enabled: true },
    cifs: { allowed: false, enabled: false },
    iscsi: { allowed: false, enabled: false },
    fcp: { allowed: false, enabled: false },
    nvme: { allowed: false, enabled: false },
    s3: { allowed: false, enabled: false },
  };
}

function lif(about: { name: string; number: number; svm: Fields; services: readonly string[] }): Fields {
  const { name, number, services } = about;
  const home = { name: 'a0a-100', uuid: `64c8b2b0-9116-11ee-8fee-00505682e86${number}` };
  const homeNode = nodeRef(1 + ((number - 1) % 2));
  return {
    uuid: LIF_UUID(number),
    name,
    state: 'up',
    enabled: true,
    scope: 'svm',
    svm: about.svm,
    ipspace: IPSPACE,
    ip: { address: `192.0.2.3${number}`, netmask: '24', family: 'ipv4' },
    services,
    service_policy: { name: 'default-data-files', uuid: '2bf3a1ce-9116-11ee-8fee-00505682e860' },
    location: {
      is_home: true,
      auto_revert: true,
      failover: 'broadcast_domain_only',
      node: homeNode,
      port: { ...home, node: { name: homeNode['name'] } },
      home_node: homeNode,
      home_port: { ...home, node: { name: homeNode['name'] } },
      broadcast_domain: { name: 'data-100', uuid: '7a3b1ce0-9116-11ee-8fee-00505682e860' },
    },
    ddns_enabled: true,
    vip: false,
    rdma_protocols: [],
    statistics: { timestamp: '2026-03-02T08:11:20Z', status: 'ok', throughput_raw: { read: 9223372036854775809n } },
  };
}

function aggregate(number: number): Fields {
  return {
    ...aggregateRef(number),
    state: 'online',
    create_time: '2023-10-30T04:12:00+00:00',
    snaplock_type: 'non_snaplock',
    volume_count: 14,
    node: nodeRef(number),
    home_node: nodeRef(number),
    block_storage: {
      uses_partitions: true,
      primary: { disk_count: 23, disk_class: 'solid_state', raid_type: 'raid_dp', raid_size: 24 },
      mirror: { enabled: false, state: 'unmirrored' },
      hybrid_cache: { enabled: false },
      plexes: [{ name: 'plex0' }],
    },
    space: { block_storage: { size: 87960930222080, available: 41231686041600, used: 46729244180480 } },
    statistics: { timestamp: '2026-03-02T08:11:20Z', status: 'ok', iops_raw: { read: 118059162071741130n } },
  };
}

function node(number: number): Fields {
  return {
    ...nodeRef(number),
    state: 'up',
    membership: 'member',
    model: 'AFF-A800',
    serial_number: `94194000001${number}`,
    system_id: `053704410${number}`,
    location: 'hall 2, rack 7',
    uptime: 18144003,
    date: '2026-03-02T17:11:20+09:00',
    version: { full: 'NetApp Release 9.14.1P4', generation: 9, major: 14, minor: 1 },
    ha: {
      enabled: true,
      auto_giveback: true,
      partners: [nodeRef(3 - number)],
      giveback: { state: 'nothing_to_giveback', status: [] },
      takeover: { state: 'not_attempted' },
    },
    controller: { over_temperature: 'normal', failed_fan: { count: 0 }, failed_power_supply: { count: 0 } },
    service_processor: { state: 'online', firmware_version: '17.10' },
    statistics: { timestamp: '2026-03-02T08:11:20Z', status: 'ok', processor_utilization_base: 12345678901234567890n },
  };
}
