import type { Fields } from './field-paths.ts';
import { type GpfsCluster, type GpfsMount, type GpfsNode, isCes, WORK, WORK_DISKS } from './gpfs-cluster.ts';

export function nodeRow(node: GpfsNode, nameKey: 'adminNodeName' | 'adminNodename'): Fields {
  const { number, name, isQuorum, verdicts } = node;
  const address = `198.51.${100 + Math.floor(number / 250)}.${(number % 250) + 1}`;
  const daemon = verdicts.daemon?.state ?? 'HEALTHY';
  return {
    [nameKey]: name,
    nodeNumber: number,
    oid: number,
    config: { adminLoginName: 'root', designatedLicense: isQuorum ? 'server' : 'client', requiredLicense: 'client' },
    network: {
      adminIPAddress: address,
      daemonIPAddress: address,
      daemonNodeName: `${name}.hpc.example`,
      getcnfsNodeName: '',
    },
    roles: {
      quorumNode: isQuorum,
      managerNode: number <= 2,
      gatewayNode: false,
      snmpNode: false,
      clientNode: !isQuorum,
      cesNode: isCes(node),
      cloudGatewayNode: false,
      designation: isQuorum ? 'quorumManager' : 'client',
      otherNodeRoles: number === 1 ? 'perfmonNode,guiMgmtNode' : 'perfmonNode',
    },
    status: {
      osName: 'Red Hat Enterprise Linux 9.4 (Plow)',
      nodeState: daemon === 'HEALTHY' ? 'TIPS' : daemon,
      gpfsState: daemon,
      productVersion: '5.2.1.1',
    },
  };
}

export function filesystemRow(name: string, mount: GpfsMount): Fields {
  const isWork = name === WORK;
  return {
    name,
    oid: isWork ? 2 : 3,
    uuid: isWork ? '0A0B0C1E:665F3C11' : '0A0B0C1E:665F3D92',
    version: '35.00',
    type: 'local',
    createTime: 'Tue Mar 05 10:14:06 2024',
    block: {
      pools: 'system;data',
      disks: isWork ? WORK_DISKS.join(';') : 'nsd_archive_01',
      blockSize: 4194304,
      metaDataBlockSize: 1048576,
      indirectBlockSize: 32768,
      minFragmentSize: 8192,
      inodeSize: 4096,
      logfileSize: 33554432,
      writeCacheThreshold: 0,
      // Above 2^53, and printed as a number all the same.
      maxFileSize: 9223372036854775807n,
    },
    mount: {
      mountPoint: `/gpfs/${name}`,
      automaticMountOption: 'yes',
      additionalMountOptions: 'none',
      mountPriority: 0,
      driveLetter: '',
      remoteDeviceName: `kr.hpc.example:${name}`,
      readOnly: mount.readWrite.length === 0 && mount.readOnly.length > 0,
      status: mount.status,
      nodesMountedReadWrite: mount.readWrite,
      nodesMountedReadOnly: mount.readOnly,
      nodesMountedInternally: mount.internally,
    },
    replication: {
      defaultMetadataReplicas: 2,
      maxMetadataReplicas: 3,
      defaultDataReplicas: 1,
      maxDataReplicas: 3,
      strictReplication: 'whenpossible',
      logReplicas: 0,
    },
    quota: {
      quotasAccountingEnabled: 'user;group;fileset',
      quotasEnforced: 'user;group;fileset',
      defaultQuotasEnabled: 'none',
      perfilesetQuotas: true,
      filesetdfEnabled: true,
    },
    settings: {
      blockAllocationType: 'scatter',
      fileLockingSemantics: 'nfs4',
      numNodes: 64,
      exactMTime: true,
      suppressATime: 'relatime',
      fastEAEnabled: true,
      encryption: false,
      maxNumberOfInodes: 1073741824,
      is4KAligned: true,
      rapidRepairEnabled: true,
      stripeMethod: 'round-robin',
      fileAuditLogEnabled: false,
    },
  };
}

export function clusterBody(): Fields {
  return {
    cluster: {
      clusterSummary: {
        // Above 2^53, and printed as a number all the same.
        clusterId: 16018259135404932741n,
        clusterName: 'kr.hpc.example',
        uidDomain: 'kr.hpc.example',
        primaryServer: 'kr-c1.hpc.example',
        secondaryServer: '',
        rshPath: '/usr/bin/ssh',
        rshSudoWrapper: false,
        rcpPath: '/usr/bin/scp',
        rcpSudoWrapper: false,
        repositoryType: 'CCR',
      },
      cesSummary: {
        addressPolicy: 'even-coverage',
        cesSharedRoot: '/gpfs/archive/ces',
        enabledServices: 'SMB,NFS',
        logLevel: 0,
      },
      capacityLicensing: { liableCapacity: 18446744073709551615n, liableNsds: [] },
    },
  };
}

export function infoBody(): Fields {
  const paths = ['/cluster', '/filesystems', '/info', '/nodes', '/nodes/{name}/health/states'];
  return {
    info: {
      name: 'Spectrum Scale REST Management',
      restApiVersion: '3.1.1',
      serverVersion: '5.2.1-1_240726.103322',
      paths: Object.fromEntries(paths.map((path) => [path, ['GET']])),
    },
  };
}

/** What `mmgetstate` would say at once, and not from the database. */
export function daemonStateRow(cluster: GpfsCluster, node: GpfsNode): Fields {
  const quorumNodes = cluster.nodes.filter(({ isQuorum }) => isQuorum);
  return {
    nodeName: node.name,
    number: node.number,
    state: isUp(node) ? 'ACTIVE' : 'DOWN',
    quorum: Math.floor(quorumNodes.length / 2) + 1,
    quorumUp: quorumNodes.filter(isUp).length,
    totalNode: cluster.nodes.length,
    remarks: node.isQuorum ? 'quorum node' : '',
    daemonNodeName: `${node.name}.hpc.example`,
    daemonShortName: node.name,
    cnfsState: '',
  };
}

function isUp({ verdicts }: GpfsNode): boolean {
  return ['HEALTHY', 'TIPS', 'DEGRADED'].includes(verdicts.daemon?.state ?? 'HEALTHY');
}
