/** A cluster as its own monitoring sees it, before the management API puts it into words. */
export interface GpfsCluster {
  readonly nodes: readonly GpfsNode[];
  /** Null: there is no such file system. */
  readonly mount: GpfsMount | null;
}

export interface GpfsNode {
  readonly name: string;
  readonly number: number;
  readonly isQuorum: boolean;
  /** What it says of its parts; a part that it does not name is as on a good day. */
  readonly verdicts: Readonly<Partial<Record<Part, Verdict>>>;
}

/** The daemon, the file system that is watched, another one, the disks of the watched one, and what is no storage. */
export type Part = 'daemon' | 'work' | 'archive' | 'disks' | 'services';

export interface Verdict {
  /** Undefined: the row has no such field. */
  readonly state: string | undefined;
  readonly reasons: readonly string[];
}

export interface GpfsMount {
  /** Speaks of the node that the GUI runs on alone, the first one. */
  readonly status: string;
  readonly readWrite: readonly string[];
  readonly readOnly: readonly string[];
  readonly internally: readonly string[];
}

/** The file system that clients are to watch, and the one beside it. */
export const WORK = 'work';
export const ARCHIVE = 'archive';

export const WORK_DISKS = ['nsd_work_01', 'nsd_work_02', 'nsd_work_03', 'nsd_work_04'];

export function wellCluster(size = 8, quorumNumbers: readonly number[] = [1, 2, 3]): GpfsCluster {
  const nodes = Array.from({ length: size }, (_, index) => ({
    name: `kr-c${index + 1}`,
    number: index + 1,
    isQuorum: quorumNumbers.includes(index + 1),
    verdicts: {},
  }));
  return {
    nodes,
    mount: { status: 'mounted', readWrite: nodes.map(({ name }) => name), readOnly: [], internally: [] },
  };
}

/** The cluster in which the nodes with these numbers, or all, say this of one of their parts. */
export function saying(
  cluster: GpfsCluster,
  part: Part,
  verdict: { state: string | undefined; reasons?: readonly string[]; of?: readonly number[] },
): GpfsCluster {
  const { state, reasons = [], of } = verdict;
  return {
    ...cluster,
    nodes: cluster.nodes.map((node) =>
      of === undefined || of.includes(node.number)
        ? { ...node, verdicts: { ...node.verdicts, [part]: { state, reasons } } }
        : node,
    ),
  };
}

/** The cluster in which the daemons of these nodes, or of all, are down, with all that hangs on them. */
export function withoutDaemons(cluster: GpfsCluster, reason: string, of?: readonly number[]): GpfsCluster {
  const numbers = of ?? cluster.nodes.map(({ number }) => number);
  const failed = saying(cluster, 'daemon', { state: 'FAILED', reasons: [reason], of: numbers });
  const depending = saying(failed, 'work', { state: 'DEPEND', reasons: [], of: numbers });
  const up = cluster.nodes.filter(({ number }) => !numbers.includes(number)).map(({ name }) => name);
  return mounting(saying(depending, 'archive', { state: 'DEPEND', reasons: [], of: numbers }), {
    readWrite: up,
    status: up.includes('kr-c1') ? 'mounted' : 'not mounted',
  });
}

export function mounting(cluster: GpfsCluster, mount: Partial<GpfsMount>): GpfsCluster {
  return cluster.mount === null ? cluster : { ...cluster, mount: { ...cluster.mount, ...mount } };
}

export const UNMOUNTED: GpfsMount = { status: 'not mounted', readWrite: [], readOnly: [], internally: [] };

/** Whether it exports the file systems to those that do not mount them. */
export function isCes({ number }: GpfsNode): boolean {
  return number === 4 || number === 5;
}
