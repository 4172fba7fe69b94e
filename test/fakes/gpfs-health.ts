import type { Fields } from './field-paths.ts';
import { ARCHIVE, type GpfsNode, isCes, type Part, WORK, WORK_DISKS } from './gpfs-cluster.ts';

/** One health row an entity, in the order of their `oid`. */
export function healthRows(node: GpfsNode): Fields[] {
  return entitiesOf(node).map(({ component, entityType, entityName, parentName = node.name, part, usual }, index) => {
    const { state, reasons } = (part && node.verdicts[part]) ?? { state: usual ?? 'HEALTHY', reasons: [] };
    return {
      oid: node.number * 100 + index,
      component,
      reportingNode: node.name,
      activeSince: `2026-03-02 08:${String(node.number % 60).padStart(2, '0')}:20,${100 + index}`,
      entityType,
      entityName,
      parentName,
      state,
      reasons,
    };
  });
}

/** What `mmhealth node eventlog` would name as the cause of each row that has one. */
export function eventRows(node: GpfsNode): Fields[] {
  return healthRows(node).flatMap((row) =>
    (row['reasons'] as readonly string[]).map((name, index) => ({
      oid: Number(row['oid']) * 10 + index,
      component: row['component'],
      reportingNode: node.name,
      type: row['state'] === 'TIPS' ? 'TIP' : 'STATE_CHANGE',
      activeSince: row['activeSince'],
      name,
      message: EVENT_MESSAGES[name] ?? `The event ${name} was raised on the node ${node.name}.`,
      entityType: row['entityType'],
      entityName: row['entityName'],
      parentName: row['parentName'],
      userAction: 'See the troubleshooting guide for the event.',
      description: `Raised by the monitor of the component ${String(row['component'])}.`,
      state: row['state'],
      severity: row['state'] === 'TIPS' ? 'TIP' : row['state'] === 'DEGRADED' ? 'WARNING' : 'ERROR',
    })),
  );
}

const EVENT_MESSAGES: Readonly<Record<string, string>> = {
  gpfs_down: 'The Storage Scale service process not running on this node. Normal operation cannot be done.',
  quorum_down: 'The node is not able to reach enough quorum nodes/disks to work properly.',
  gpfs_pagepool_small: 'The GPFS pagepool is smaller than or equal to 1G.',
  longwaiters_found: 'Detected Storage Scale longwaiters.',
  ill_replicated_fs: 'The file system work is not properly replicated.',
  disk_down: 'The disk nsd_work_02 is down.',
  unmounted_fs_check: 'The file system work is probably needed, but not mounted.',
  fs_forced_unmount: 'The file system work was forced to unmount.',
};

interface Entity {
  readonly component: string;
  readonly entityType: string;
  readonly entityName: string;
  /** Without one, the node. */
  readonly parentName?: string;
  readonly part?: Part;
  /** Its state on a good day, if that is not HEALTHY. */
  readonly usual?: string;
}

function entitiesOf(node: GpfsNode): Entity[] {
  const ofNode = { entityType: 'NODE', entityName: node.name } as const;
  const service = { ...ofNode, part: 'services', usual: isCes(node) ? 'HEALTHY' : 'DISABLED' } as const;
  return [
    // The roll-up says less than its parts: it has been seen at TIPS over a degraded file system.
    { component: 'NODE', ...ofNode, usual: 'TIPS', ...(node.verdicts.services ? { part: 'services' } : {}) },
    { component: 'GPFS', ...ofNode, part: 'daemon' },
    { component: 'NETWORK', ...ofNode },
    { component: 'NETWORK', entityType: 'NIC', entityName: 'ib0' },
    { component: 'FILESYSTEM', ...ofNode, part: node.verdicts.work === undefined ? 'archive' : 'work' },
    { component: 'FILESYSTEM', entityType: 'FILESYSTEM', entityName: WORK, part: 'work' },
    { component: 'FILESYSTEM', entityType: 'FILESYSTEM', entityName: ARCHIVE, part: 'archive' },
    { component: 'DISK', ...ofNode, part: 'disks' },
    ...WORK_DISKS.map((entityName, index): Entity => {
      const lost = index === 1 ? ({ part: 'disks' } as const) : {};
      return { component: 'DISK', entityType: 'NSD', entityName, parentName: WORK, ...lost };
    }),
    { component: 'DISK', entityType: 'NSD', entityName: 'nsd_archive_01', parentName: ARCHIVE },
    { component: 'CES', ...service },
    { component: 'SMB', ...service },
    { component: 'GUI', ...service },
    { component: 'CALLHOME', ...service },
    { component: 'PERFMON', ...ofNode },
    { component: 'THRESHOLD', ...ofNode },
    { component: 'THRESHOLD', entityType: 'THRESHOLD_RULE', entityName: 'MemFree_Rule' },
    { component: 'FILESYSMGR', ...ofNode },
  ];
}
