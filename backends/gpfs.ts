import { z } from 'zod';
import type { Metadata } from '../schema/json.ts';
import { bodyOf, readAs } from './api/answer.ts';
import { apiCheck, type ApiProbe } from './api/api-check.ts';
import { ApiFailed, unknownWord, unreadable } from './api/api-failed.ts';
import { CaFile, Endpoints, named, VerifySwitch } from './api/api-options.ts';
import type { ApiSession } from './api/api-session.ts';
import { basicAuthorization } from './api/fixed-authorization.ts';
import { down, firstOf, missing, present, Told, type Verdict } from './api/judgement.ts';
import type { HttpAnswer } from './api/http-client.ts';
import { Identifier } from './api/exact-json.ts';
import { openSession } from './api/open-session.ts';
import { allPages } from './api/paging.ts';
import { Secret } from './api/secret.ts';
import { type CheckAnswer, defineBackend, type MonotonicClock } from './backend.ts';
import { pathChecks } from './mount/path-checks.ts';

const SYSTEM = 'GPFS';
const ROOT = '/scalemgmt/v2';
const QUORUM_KEPT_MS = 3_600_000;
const ABOUT_KEPT_MS = 86_400_000;
const FAILURE_KEPT_MS = 600_000;

const Options = z.strictObject({
  gpfs_endpoint: Endpoints.describe('URL of a GUI node, or several of them.'),
  gpfs_username: named('the name of a user').describe('A GUI user with the role Monitor.'),
  gpfs_password: Secret.describe('Its password.'),
  gpfs_fs_name: named('the name of a file system').describe('The file system that the volume is on.'),
  gpfs_verify_ssl: VerifySwitch.describe('Whether the certificate is verified.'),
  ca: CaFile,
});

/** IBM Storage Scale: the management API of its GUI says which nodes serve, and how the volume's file system is. */
export const gpfs = defineBackend({
  options: Options,
  open(volume) {
    const { options, clock } = volume;
    const { gpfs_endpoint: endpoints, gpfs_username: username, gpfs_password: password } = options;
    const session = openSession(volume, {
      system: SYSTEM,
      endpoints,
      verifyTls: options.gpfs_verify_ssl,
      ca: options.ca,
      credentials: [username, password],
      authorize: () => basicAuthorization(username, password, clock, isRefusal),
    });
    const mounts = pathChecks(volume, { expectedTypes: ['gpfs'] });
    const fsName = options.gpfs_fs_name;
    const memory = { disks: null };
    const rare = volume.share(JSON.stringify(['GPFS', endpoints]), () => createRarities(clock));
    const ask = (probe: ApiProbe) => look({ ...probe, api: heedingInnerCodes(probe.api) }, { fsName, rare, memory });
    return [...mounts, apiCheck(volume, { system: SYSTEM, session, ask })];
  },
});

const Envelope = z.object({ status: z.object({ code: z.coerce.number(), message: z.string().nullish() }) });

const isRefusal = ({ status, text }: HttpAnswer): boolean =>
  status === 401 || (status === 200 && /^[^[]{0,200}"code"\s*:\s*"?401\b/.test(text));

/** Some failures come as HTTP 200, with the true code within. */
function heedingInnerCodes({ get, redact }: ApiSession): ApiSession {
  return {
    redact,
    async get(path, schema, signal) {
      const body = await get(path, z.unknown(), signal);
      const status = Envelope.safeParse(body).data?.status;
      const isFailure = status !== undefined && status.code >= 400;
      const sound = isFailure ? bodyOf({ status: status.code, text: JSON.stringify({ status }) }, SYSTEM) : body;
      return readAs(schema, sound, SYSTEM);
    },
  };
}

const Nodes = z.array(z.string()).nullish();
const Mount = z.object({
  /** Speaks of the node of the GUI alone; the lists are the cluster's view. */
  status: z.string().nullish(),
  nodesMountedReadWrite: Nodes,
  nodesMountedReadOnly: Nodes,
});
const FileSystems = z.object({ filesystems: z.array(z.object({ name: z.string(), mount: Mount.nullish() })) });

const Word = z.string().transform((word) => word.toUpperCase());
const Id = Identifier.nullish().catch(null);
/** Of whatever component: old releases ignore filters. */
const AnyRow = z.looseObject({ component: Word.nullish().catch(null), entityType: Word.nullish().catch(null) });
const HealthRow = z.object({
  reportingNode: z.string(),
  entityName: Told,
  state: Word,
  reasons: z.array(z.string()).nullish().catch(null),
});
type HealthRow = z.output<typeof HealthRow>;

const Paging = z.object({ next: z.string().nullish() }).nullish();
const StatesPage = z.object({ states: z.array(z.unknown()), paging: Paging });
/** Releases spell the name of a node in two ways. */
const Node = z.object({
  adminNodeName: z.string().optional(),
  adminNodename: z.string().optional(),
  roles: z.object({ quorumNode: z.boolean() }),
});
const NodesPage = z.object({ nodes: z.array(Node), paging: Paging });
const nextOf = ({ paging }: { paging?: z.output<typeof Paging> }) => paging?.next;

/** What changes rarely, and is asked for again once it is old; that it cannot be told is kept for ten minutes. */
function createKept<T>(clock: MonotonicClock, keptMs: number) {
  let kept: { readonly value: T | Error; readonly untilMs: number } | null = null;
  return {
    value: (): T | Error | null => (kept !== null && clock.mono() < kept.untilMs ? kept.value : null),
    keep(value: T | Error) {
      kept = { value, untilMs: clock.mono() + (value instanceof Error ? FAILURE_KEPT_MS : keptMs) };
    },
  };
}

const createRarities = (clock: MonotonicClock) => ({
  /** The names of the nodes that vote. */
  voters: createKept<readonly string[]>(clock, QUORUM_KEPT_MS),
  cluster: createKept<Metadata>(clock, ABOUT_KEPT_MS),
  release: createKept<Metadata>(clock, ABOUT_KEPT_MS),
});
type Rarities = ReturnType<typeof createRarities>;

const Cluster = z.object({ cluster: z.object({ clusterSummary: z.object({ clusterName: Told, clusterId: Id }) }) });
const Info = z.object({ info: z.object({ serverVersion: Told }) });

async function clusterOf(api: ApiSession, signal: AbortSignal): Promise<Metadata> {
  const { clusterName, clusterId } = (await api.get(`${ROOT}/cluster`, Cluster, signal)).cluster.clusterSummary;
  return present({ cluster: clusterName, cluster_id: clusterId });
}

async function releaseOf(api: ApiSession, signal: AbortSignal): Promise<Metadata> {
  const { info } = await api.get(`${ROOT}/info`, Info, signal);
  return present({ release: info.serverVersion });
}

async function votersOf(api: ApiSession, signal: AbortSignal): Promise<readonly string[]> {
  const path = `${ROOT}/nodes?fields=${encodeURIComponent(':all:')}`;
  const pages = await allPages(api, { system: SYSTEM, path, schema: NodesPage, nextOf }, signal);
  const voters = pages.flatMap(({ nodes }) => nodes).filter(({ roles }) => roles.quorumNode);
  if (voters.length === 0) throw unreadable(SYSTEM, 'GPFS API names no quorum node');
  return voters.map(({ adminNodeName, adminNodename }) => adminNodeName ?? adminNodename ?? '');
}

interface Wanted {
  readonly fsName: string;
  readonly rare: Rarities;
  /** What the disks were like when they were asked for last. */
  readonly memory: { disks: readonly HealthRow[] | Error | null };
}

async function look({ api, signal, ...probe }: ApiProbe, { fsName, rare, memory }: Wanted): Promise<CheckAnswer> {
  const found = await findFileSystem(api, fsName, signal);
  if (found === null)
    return { ...missing('GPFS file system does not exist'), info: `there is no file system "${fsName}"` };
  const listed = await healthOf(api, { component: 'GPFS' }, signal);
  const daemons = [...listed, ...silentNodes(found.mount, listed)];
  const optional = async <T>(call: (slice: AbortSignal) => Promise<T>): Promise<T | Error> => {
    const asked = await probe.optional(call);
    return asked.ok ? asked.value : asked.error;
  };
  // While every node is online, so is every one that votes.
  const votersMatter = daemons.some((row) => kindOf(row) !== 'online');
  // A probe makes four calls: the disks give way to what is asked for rarely.
  const rarity = votersMatter && rare.voters.value() === null ? 'voters' : dueOf(rare, memory.disks);
  const [fileSystem, disks] = await Promise.all([
    optional((slice) => healthOf(api, { component: 'FILESYSTEM', entityName: fsName }, slice)),
    // [I] A disk's parent is its file system.
    rarity === null
      ? optional((slice) => healthOf(api, { component: 'DISK', parentName: fsName }, slice))
      : (memory.disks ?? new Error('left for the next probe')),
    rarity === 'voters' ? optional((slice) => votersOf(api, slice)).then((told) => rare.voters.keep(told)) : null,
    rarity === 'cluster' ? optional((slice) => clusterOf(api, slice)).then((told) => rare.cluster.keep(told)) : null,
    rarity === 'release' ? optional((slice) => releaseOf(api, slice)).then((told) => rare.release.keep(told)) : null,
  ]);
  memory.disks = disks;
  const voters = votersMatter ? rare.voters.value() : null;
  const answer = judgeGpfs({ mount: found.mount ?? null, daemons, fileSystem, disks, voters });
  return { ...answer, metadata: { ...answer.metadata, ...aboutOf(rare) } };
}

/** What an administrator likes to know has its turn once the disks are known. */
function dueOf({ cluster, release }: Rarities, disks: Wanted['memory']['disks']): 'cluster' | 'release' | null {
  if (disks === null || disks instanceof Error) return null;
  if (cluster.value() === null) return 'cluster';
  return release.value() === null ? 'release' : null;
}

function aboutOf({ cluster, release }: Rarities): Metadata {
  const told = [cluster.value(), release.value()].filter((value) => value !== null && !(value instanceof Error));
  return Object.assign({}, ...told) as Metadata;
}

/** Null if there is none of that name, which comes as a bad request. */
async function findFileSystem(api: ApiSession, fsName: string, signal: AbortSignal) {
  const path = `${ROOT}/filesystems/${encodeURIComponent(fsName)}?fields=name,mount`;
  const answer = await api.get(path, FileSystems, signal).catch((error: unknown) => {
    if (error instanceof ApiFailed && error.status === 400 && /filesystemName/i.test(error.message)) return null;
    throw error;
  });
  if (answer === null) return null;
  const own = answer.filesystems.find(({ name }) => name === fsName);
  // The database behind the API is not filled yet.
  if (own === undefined) throw unreadable(SYSTEM, 'GPFS API answers for the file system without it');
  return own;
}

type Terms = { readonly component: string } & Readonly<Record<string, string>>;

async function healthOf(api: ApiSession, terms: Terms, signal: AbortSignal): Promise<readonly HealthRow[]> {
  const filter = Object.entries(terms).map(([key, value]) => `${key}=${value}`);
  const path = `${ROOT}/nodes/${encodeURIComponent(':all:')}/health/states?filter=${encodeURIComponent(filter.join())}`;
  const pages = await allPages(api, { system: SYSTEM, path, schema: StatesPage, nextOf }, signal);
  const states = pages.flatMap((page) => page.states);
  return readHealth(states, terms);
}

type Kind = 'online' | 'down' | 'out' | 'unknown';

/** What a word says of a node: that it serves, that it does not, that an operator took it out, or nothing. */
const STATES: Readonly<Record<string, Kind>> = {
  HEALTHY: 'online',
  TIPS: 'online',
  DEGRADED: 'online',
  FAILED: 'down',
  DEPEND: 'down',
  DISABLED: 'out',
  STOPPED: 'out',
  SUSPENDED: 'out',
  UNKNOWN: 'unknown',
  CHECKING: 'unknown',
  STARTING: 'unknown',
};

/** The rows that meet the terms, one a node and entity. Throws if one of them has no state. Pure. */
export function readHealth(states: readonly unknown[], terms: Terms): readonly HealthRow[] {
  const isOfNodes = terms.component === 'GPFS';
  const wanted = readAs(z.array(AnyRow), states, SYSTEM)
    .filter((row) => Object.entries(terms).every(([key, value]) => row[key] === value))
    .filter(({ entityType }) => entityType == null || (entityType === 'NODE') === isOfNodes);
  const rows = readAs(z.array(HealthRow), wanted, SYSTEM);
  const distinct = new Map<string, HealthRow>();
  for (const row of rows) {
    const key = isOfNodes ? row.reportingNode : `${row.reportingNode}/${row.entityName}`;
    const same = distinct.get(key);
    // Of two that contradict each other neither is to be believed.
    distinct.set(key, same === undefined || same.state === row.state ? row : { ...row, state: 'UNKNOWN' });
  }
  return [...distinct.values()];
}

/** Rows of the nodes that have the file system mounted and have none: where the names agree, nothing is known of them. */
function silentNodes(mount: z.output<typeof Mount> | null | undefined, daemons: readonly HealthRow[]): HealthRow[] {
  const known = new Set(daemons.flatMap(({ reportingNode }) => namesOf(reportingNode)));
  const isKnown = (name: string) => namesOf(name).some((each) => known.has(each));
  const mounted = mount?.nodesMountedReadWrite ?? [];
  if (!mounted.some(isKnown)) return [];
  return mounted
    .filter((name) => !isKnown(name))
    .map((reportingNode) => ({ reportingNode, entityName: null, state: 'UNKNOWN', reasons: null }));
}

export interface GpfsTold {
  /** Null if nothing is said of it. */
  readonly mount: z.output<typeof Mount> | null;
  /** One row a node. */
  readonly daemons: readonly HealthRow[];
  /** The volume's file system, and its disks, as nodes see them; or why that is not known. */
  readonly fileSystem: readonly HealthRow[] | Error;
  readonly disks: readonly HealthRow[] | Error;
  /** Names of the quorum nodes; null if they do not matter. */
  readonly voters: readonly string[] | Error | null;
}

/** What the management API tells of a cluster and of one file system in it. Throws where that decides nothing. Pure. */
export function judgeGpfs(told: GpfsTold): CheckAnswer {
  const census = censusOf(told);
  const { nodes, out, quorum, readWrite, readOnly, troubled } = census;
  const verdict = outageOf(census) ?? impairmentOf(census);
  const notChecked = [
    ...(readWrite === null || readOnly === null ? ['mounts'] : []),
    ...(told.fileSystem instanceof Error || told.fileSystem.length === 0 ? ['file system health'] : []),
    ...(told.disks instanceof Error || told.disks.length === 0 ? ['disk health'] : []),
    ...(told.voters !== null && quorum === null ? ['quorum'] : []),
  ];
  const info = [
    `${nodes} nodes online, ${out} taken out of service`,
    ...(quorum === null ? [] : [`${quorum.online}/${quorum.total} quorum nodes online`]),
    ...(readWrite === null ? [] : [`mounted read/write on ${readWrite.length}`]),
    ...(troubled.length > 0 ? [firstOf(troubled.map(describe))] : []),
    ...(notChecked.length === 0 ? [] : [`not known: ${notChecked.join(', ')}`]),
  ];
  const metadata = present({
    nodes_online: nodes,
    nodes_taken_out: out,
    quorum_nodes_online: quorum === null ? null : `${quorum.online}/${quorum.total}`,
    mounted_read_write: readWrite?.length,
    mounted_read_only: readOnly?.length,
  });
  return { ...verdict, info: info.join('; '), metadata, ...(notChecked.length === 0 ? {} : { notChecked }) };
}

type Census = ReturnType<typeof censusOf>;

function censusOf({ mount, daemons, fileSystem, disks, voters }: GpfsTold) {
  const { online = [], down: failed = [], out = [], unknown = [] } = Object.groupBy(daemons, kindOf);
  const serving = new Set(online.map(({ reportingNode }) => reportingNode));
  // What a node that is not online says of the rest is no news.
  const seen = (rows: readonly HealthRow[] | Error) =>
    rows instanceof Error ? [] : rows.filter(({ reportingNode }) => serving.has(reportingNode));
  const mine = seen(fileSystem);
  const impaired = {
    nodes: online.filter(isImpaired),
    fileSystem: mine.filter(isImpaired),
    disks: seen(disks).filter(isImpaired),
  };
  return {
    online: online.length,
    failed,
    out: out.length,
    unknown,
    total: daemons.length - out.length,
    nodes: `${online.length}/${daemons.length - out.length}`,
    quorum: quorumOf(daemons, voters),
    isFailed: mine.length > 0 && mine.every((row) => kindOf(row) === 'down'),
    impaired,
    troubled: [...failed, ...unknown, ...Object.values(impaired).flat()],
    mountStatus: mount?.status,
    readWrite: mount?.nodesMountedReadWrite ?? null,
    readOnly: mount?.nodesMountedReadOnly ?? null,
  };
}

/** Null also while the names do not match, as when nodes have just joined or left. */
function quorumOf(daemons: readonly HealthRow[], voters: GpfsTold['voters']) {
  if (voters === null || voters instanceof Error) return null;
  const voting = daemons.filter(({ reportingNode }) => voters.some((name) => isSame(name, reportingNode)));
  if (voting.length !== voters.length) return null;
  const count = (kind: Kind) => voting.filter((row) => kindOf(row) === kind).length;
  return { online: count('online'), failed: count('down'), total: voters.length };
}

function outageOf({ online, failed, out, unknown, total, ...census }: Census): Verdict | null {
  const { quorum, isFailed, mountStatus, readWrite, readOnly } = census;
  const isNowhere = readWrite?.length === 0 && readOnly?.length === 0;
  const status = mountStatus?.toLowerCase();
  const isUnmounted = isNowhere && status === 'not mounted';
  if (online === 0) {
    if (total + out === 0) throw unreadable(SYSTEM, 'GPFS API lists no node at all');
    if (unknown.length > 0 && !(failed.length > 0 && isUnmounted)) {
      const words = new Set(unknown.map(({ state }) => state));
      throw unreadable(
        SYSTEM,
        `GPFS API has no verdict on ${unknown.length}/${total} nodes, ${[...words].join(', ')}; none is online`,
      );
    }
    if (total > 0) return down(`GPFS cluster down, 0/${total} nodes online`);
    // [I] It may be the monitoring alone that is suspended.
    if (!isNowhere) throw unreadable(SYSTEM, 'GPFS API counts no node that is in service');
    return down('GPFS has been taken out of service on all nodes');
  }
  // With tiebreaker disks a minority may serve, and shows it by its mounts.
  const servesNobody =
    readWrite?.every((name) => failed.some(({ reportingNode }) => isSame(name, reportingNode))) === true;
  if (quorum !== null && quorum.failed >= quorum.total / 2 && servesNobody) {
    return down(`GPFS quorum lost (${quorum.online}/${quorum.total} quorum nodes online)`);
  }
  if (isUnmounted) return down('GPFS file system is not mounted on any node');
  if (isNowhere && status !== 'mounted') throw unknownWord(SYSTEM, 'mount.status', mountStatus);
  return isFailed && !readWrite?.length ? down('GPFS file system has failed on all nodes') : null;
}

function impairmentOf({ online, total, nodes, quorum, impaired, readWrite, readOnly }: Census): Verdict {
  const lacksVoters = quorum !== null && quorum.online < quorum.total;
  const disks = new Set(impaired.disks.map(({ entityName }) => entityName)).size;
  const parts = [
    ...(impaired.nodes.length > 0 ? [`${impaired.nodes.length} of them impaired`] : []),
    ...(impaired.fileSystem.length > 0 ? [`file system impaired on ${impaired.fileSystem.length} of them`] : []),
    ...(disks > 0 ? [`${disks} ${disks === 1 ? 'disk' : 'disks'} impaired`] : []),
  ];
  const voters = lacksVoters ? [`${quorum.online}/${quorum.total} quorum nodes online`] : [];
  const counts = [`${nodes} nodes online`, ...parts, ...voters].join(', ');
  const warn = (reason: Verdict['reason'], what: string): Verdict => ({
    status: 'warn',
    reason,
    summary: `GPFS ${what}, ${counts}`,
  });
  if (readWrite?.length === 0 && readOnly !== null && readOnly.length > 0)
    return warn('READ_ONLY', 'file system is mounted read-only');
  if (parts.length > 0) return warn('STORAGE_DEGRADED', 'cluster degraded');
  if (online < total || lacksVoters) return warn('NODES_DOWN', 'cluster degraded');
  return { status: 'pass', reason: 'OK', summary: `GPFS cluster healthy, ${counts}` };
}

function describe({ reportingNode, entityName, state, reasons }: HealthRow): string {
  const what = entityName == null || entityName === reportingNode ? [] : [entityName];
  return `${reportingNode}: ${[...what, state, ...(reasons ?? []).slice(0, 3)].join(' ')}`;
}

const kindOf = ({ state }: HealthRow): Kind => STATES[state] ?? 'unknown';

const isImpaired = (row: HealthRow): boolean => row.state === 'DEGRADED' || kindOf(row) === 'down';

/** Some lists name nodes with a domain, and others without; two domains make two nodes, and so do two addresses. */
function isSame(a: string, b: string): boolean {
  const [one, two] = [a.toLowerCase(), b.toLowerCase()];
  return one === two || one.startsWith(`${two}.`) || two.startsWith(`${one}.`);
}

/** Under which it may be listed: with its domain and without. */
const namesOf = (name: string): readonly string[] => [name.toLowerCase(), name.toLowerCase().replace(/\..*$/, '')];
