import { z } from 'zod';
import { apiCheck, type ApiProbe } from './api/api-check.ts';
import { ApiFailed, unknownWord, unreadable } from './api/api-failed.ts';
import { CaFile, demandCredentials, Endpoints, named, VerifySwitch } from './api/api-options.ts';
import { down, Figure, firstOf, inSteps, present, Told, type Verdict } from './api/judgement.ts';
import { Identifier } from './api/exact-json.ts';
import { tokenAuthorization } from './api/fixed-authorization.ts';
import type { HttpAnswer, HttpClient } from './api/http-client.ts';
import { openSession } from './api/open-session.ts';
import { allPages } from './api/paging.ts';
import { Secret } from './api/secret.ts';
import { readTokens, sessionAuthorization, type TokenIssuer } from './api/session-authorization.ts';
import { type CheckAnswer, defineBackend } from './backend.ts';
import { pathChecks } from './mount/path-checks.ts';

const SYSTEM = 'VAST';
const CLUSTER_ID_EXPECTED = { error: 'expected the number of the cluster, such as 1' } as const;

const CREDENTIALS = { user: 'vast_username', password: 'vast_password', token: 'vast_api_token' };

const Options = z
  .strictObject({
    vast_endpoint: Endpoints.describe('URL of the management service (VMS).'),
    vast_username: named('the name of a user').optional().describe('A user of the cluster who may view it.'),
    vast_password: Secret.optional().describe('Its password.'),
    vast_api_token: Secret.optional().describe('An API token, instead of user and password.'),
    vast_api_version: z
      .enum(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'latest'], { error: 'expected "v1" to "v7", or "latest"' })
      .default('v2')
      .describe('Version of the API.'),
    vast_cluster_id: z
      .union([z.number(), z.string()], CLUSTER_ID_EXPECTED)
      .default(1)
      .transform(String)
      .pipe(z.string().regex(/^\d+$/, CLUSTER_ID_EXPECTED))
      .transform((digits) => String(BigInt(digits)))
      .describe('Number of the cluster, as VMS counts them.'),
    vast_verify_ssl: VerifySwitch.describe('Whether the certificate is verified.'),
    ca: CaFile,
  })
  .superRefine(({ vast_username: user, vast_password: password, vast_api_token: token }, context) => {
    demandCredentials({ user, password, token }, context, CREDENTIALS);
  });
type Options = z.output<typeof Options>;

/** VAST Data: its management service says whether the cluster serves, and how many of its CNodes do. */
export const vast = defineBackend({
  options: Options,
  open(volume) {
    const { options, clock } = volume;
    const { vast_username: username, vast_password: password = '', vast_api_token: token } = options;
    const session = openSession(volume, {
      system: SYSTEM,
      endpoints: options.vast_endpoint,
      verifyTls: options.vast_verify_ssl,
      ca: options.ca,
      credentials: [username, password, token, options.vast_api_version],
      authorize: (http, stopping) =>
        token === undefined
          ? sessionAuthorization(issuer(http, options), password, { clock, stopping })
          : { ...tokenAuthorization('Api-Token', token, clock), isRefusal: isTokenRefused },
    });
    const mounts = pathChecks(volume, { expectedTypes: ['nfs', 'nfs4'] });
    const ask = (probe: ApiProbe) => look(probe, options);
    return [...mounts, apiCheck(volume, { system: SYSTEM, session, ask })];
  },
});

const rootOf = ({ vast_api_version }: Options): string => `/api/${vast_api_version}`;

const TokenAnswer = z
  .object({ access: z.string(), refresh: z.string().nullish() })
  .transform(({ access, refresh }) => ({ access, refresh: refresh ?? null, lifetimeMs: lifetimeMsOf(access) }));

function issuer(http: HttpClient, options: Options): TokenIssuer {
  const post = async (path: string, json: unknown, signal: AbortSignal) => {
    const answer = await http({ method: 'POST', path: `${rootOf(options)}/token/${path}`, headers: {}, json, signal });
    return readTokens(answer, TokenAnswer, SYSTEM);
  };
  return {
    logIn: (password, signal) => post('', { username: options.vast_username, password }, signal),
    async refresh(token, signal) {
      const tokens = await post('refresh/', { refresh: token }, signal);
      // Without a new one, the one that was given stays good.
      return { ...tokens, refresh: tokens.refresh ?? token };
    },
    isTokenRefused,
  };
}

const Claims = z.object({ iat: z.number(), exp: z.number() });

/** Only the token itself tells; both of its times are of the server's clock, whatever ours shows. */
function lifetimeMsOf(token: string): number | null {
  try {
    const { iat, exp } = Claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
    return exp > iat ? (exp - iat) * 1_000 : null;
  } catch {
    return null;
  }
}

const DEAD_TOKEN = /token_not_valid|token[^"]{0,40} (?:not valid|invalid|expired)|(?:invalid|expired) token/i;

/** A dead token is usually answered with 403; so is what the account may not see, which no login changes. */
function isTokenRefused({ status, text }: HttpAnswer): boolean {
  return status === 401 || (status === 403 && DEAD_TOKEN.test(text));
}

/** A word of the vendor's; an empty one says nothing. Releases differ in upper and lower case. */
const Word = z.string().transform((word) => word.toUpperCase());
const Said = Word.nullish()
  .catch(null)
  .transform((word) => word || null);

/** `GET /clusters/{id}/`, as much of it as is read. Releases differ in what they leave out, or leave empty. */
export const VastCluster = z.object({
  name: Told,
  sw_version: Told,
  state: Word,
  leader_state: Said,
  ssd_raid_state: Said,
  ssd_raid_rebuild_progress: Figure,
  nvram_raid_state: Said,
  nvram_raid_rebuild_progress: Figure,
  memory_raid_state: Said,
  memory_raid_rebuild_progress: Figure,
  raid_drives_can_fail: Figure,
  remaining_stripes_health: Said,
  md_usage_health: Said,
  usable_capacity_bytes: Figure,
  physical_space: Figure,
  physical_space_in_use: Figure,
});
type VastCluster = z.output<typeof VastCluster>;

export const VastCnode = z.object({
  name: Told,
  state: Word,
  enabled: z.boolean().nullish(),
  is_mgmt: z.boolean().nullish(),
  cluster_id: Identifier.nullish(),
});
type VastCnode = z.output<typeof VastCnode>;

const CnodePage = z.union([
  z.array(VastCnode).transform((results) => ({ results, next: null })),
  z.object({ results: z.array(VastCnode), next: z.string().nullish() }),
]);

async function look({ api, signal, optional }: ApiProbe, options: Options): Promise<CheckAnswer> {
  const { vast_cluster_id: id } = options;
  const cluster = await api.get(`${rootOf(options)}/clusters/${id}/`, VastCluster, signal).catch((error: unknown) => {
    throw error instanceof ApiFailed && error.status === 404 ? clusterMissing(error, id) : error;
  });
  const path = `${rootOf(options)}/cnodes/`;
  const pages = { system: SYSTEM, path, schema: CnodePage, nextOf: ({ next }: z.output<typeof CnodePage>) => next };
  const listed = await optional((slice) => allPages(api, pages, slice));
  if (!listed.ok) return judgeVast(cluster, listed.error);
  const cnodes = listed.value.flatMap(({ results }) => results);
  // A VMS may have several clusters.
  return judgeVast(
    cluster,
    cnodes.filter(({ cluster_id }) => cluster_id == null || cluster_id === id),
  );
}

/** Our configuration is wrong, which says nothing of the storage; whatever other cluster is there, it is not ours. */
function clusterMissing(error: ApiFailed, id: string): ApiFailed {
  const message = `${error.message}: is there a cluster ${id} (vast_cluster_id), and this vast_api_version?`;
  return new ApiFailed(message, { kind: 'error', system: SYSTEM, status: 404 }, { cause: error });
}

/** What a cluster says of itself and of its CNodes, if those are known. Throws where nothing can be told. Pure. */
export function judgeVast(cluster: VastCluster, listed: readonly VastCnode[] | Error): CheckAnswer {
  const cnodes = listed instanceof Error ? null : listed.filter(isToServe);
  const verdict = outageOf(cluster) ?? (cnodes && cnodesOutageOf(cnodes)) ?? conditionOf(cluster, cnodes);
  return {
    ...verdict,
    info: [
      wordsOf(cluster),
      listed instanceof Error ? `CNodes could not be checked: ${listed.message}` : cnodesText(listed),
    ].join('; '),
    metadata: present({
      cluster: cluster.name,
      release: cluster.sw_version,
      cluster_state: cluster.state,
      leader_state: cluster.leader_state,
      cnodes: cnodes && countOf(cnodes),
      usable_capacity_bytes: cluster.usable_capacity_bytes,
      physical_bytes: cluster.physical_space,
      physical_bytes_in_use: cluster.physical_space_in_use,
    }),
    ...(cnodes === null ? { notChecked: ['CNodes'] } : {}),
  };
}

/** The host of the management may be inactive in a perfect cluster, and others are taken out on purpose. */
const isToServe = ({ enabled, is_mgmt }: VastCnode): boolean => enabled !== false && is_mgmt !== true;

const isActive = ({ state }: VastCnode): boolean => state === 'ACTIVE';

const countOf = (cnodes: readonly VastCnode[]): string => `${cnodes.filter(isActive).length}/${cnodes.length}`;

const STOPPED = ['OFFLINE', 'FAILED', 'DEACTIVATING', 'KILLED', 'KILLING'];
const STARTING = ['INIT', 'ACTIVATING', 'INSTALLING', 'PREPARE', 'INSTALLED', 'BOOTSTRAP'];

/** All the states of a cluster that the API describes, as of release 5.3. */
function outageOf({ state }: VastCluster): Verdict | null {
  if (state === 'ONLINE') return null;
  if (STOPPED.includes(state)) return down(`VAST cluster ${state}`);
  if (STARTING.includes(state)) return down(`VAST cluster starting (${state})`);
  // The vendor's console calls this disconnected: the data path may well serve on.
  if (state === 'UNKNOWN') throw unreadable(SYSTEM, 'VAST management has lost contact with the cluster: state UNKNOWN');
  throw unknownWord(SYSTEM, 'state', state);
}

const IDLE = ['INACTIVE', 'FAILED', 'ACTIVATING', 'DEACTIVATING'];

function cnodesOutageOf(cnodes: readonly VastCnode[]): Verdict | null {
  // A cluster that is ONLINE has some; none at all is no answer to rely on.
  if (cnodes.length === 0) throw unreadable(SYSTEM, 'VAST API lists no CNode that is to serve');
  if (cnodes.some(isActive)) return null;
  const untold = cnodes.find(({ state }) => !IDLE.includes(state));
  if (untold === undefined) return down('VAST cluster has no active CNodes');
  throw unreadable(SYSTEM, `VAST API does not tell whether any CNode serves: one is ${untold.state}`);
}

/** Of a cluster that is ONLINE. */
function conditionOf(cluster: VastCluster, cnodes: readonly VastCnode[] | null): Verdict {
  const faults = faultsOf(cluster);
  const isShort = cnodes !== null && !cnodes.every(isActive);
  const count = cnodes === null ? '' : `, ${countOf(cnodes)} CNodes active`;
  if (faults.length === 0 && !isShort) return { status: 'pass', reason: 'OK', summary: `VAST cluster online${count}` };
  const isHalted = faults.some(({ halts }) => halts);
  const state = [isHalted ? 'writes halted' : 'degraded', faults.map(({ what }) => what).join(', ')];
  return {
    status: 'warn',
    reason: isHalted ? 'FULL' : faults.length > 0 ? 'STORAGE_DEGRADED' : 'NODES_DOWN',
    summary: `VAST cluster online (${state.filter(Boolean).join(': ')})${count}`,
  };
}

interface Fault {
  readonly what: string;
  readonly halts?: true;
}

/** RAID states are free words; these are what the vendor's own exporter takes for healthy. */
const HEALTHY_RAIDS = ['HEALTHY', 'REBALANCE'];

function faultsOf(cluster: VastCluster): readonly Fault[] {
  const { leader_state: leader, raid_drives_can_fail: spare } = cluster;
  return [
    ...shortageOf('stripes', cluster.remaining_stripes_health),
    ...shortageOf('metadata resources', cluster.md_usage_health),
    ...raidFault('SSD', cluster.ssd_raid_state, cluster.ssd_raid_rebuild_progress),
    ...raidFault('NVRAM', cluster.nvram_raid_state, cluster.nvram_raid_rebuild_progress),
    ...raidFault('memory', cluster.memory_raid_state, cluster.memory_raid_rebuild_progress),
    // Inferred from the name of the field: it is described nowhere.
    ...(spare === 0 ? [{ what: 'no further drive may fail' }] : []),
    ...(leader === null || leader === 'UP' ? [] : [{ what: `leader ${forAnyone(leader)}` }]),
  ];
}

/** EMPTY halts writes, not reads. Whether a cluster stays ONLINE then, no document says. */
function shortageOf(what: string, health: string | null): readonly Fault[] {
  if (health === 'EMPTY') return [{ what: `no ${what} left`, halts: true }];
  if (health === 'LOW_RESOURCES') return [{ what: `few ${what} left` }];
  if (health === null || health === 'HEALTHY' || health === 'UNKNOWN') return [];
  throw unknownWord(SYSTEM, `health of ${what}`, health);
}

function raidFault(name: string, state: string | null, progress: number | null | undefined): readonly Fault[] {
  if (state === null || HEALTHY_RAIDS.includes(state)) return [];
  const percent = state.startsWith('REBUILD') && progress != null ? ` ${inSteps(progress)} %` : '';
  return [{ what: `${name} RAID ${forAnyone(state)}${percent}` }];
}

/** A word that nobody promised to be one. */
const forAnyone = (word: string): string => (/^[A-Z_]{1,30}$/.test(word) ? word : 'not healthy');

function wordsOf({ state, leader_state: leader, ...rest }: VastCluster): string {
  const { ssd_raid_state: ssd, nvram_raid_state: nvram, memory_raid_state: memory } = rest;
  const words = { state, leader, 'SSD RAID': ssd, 'NVRAM RAID': nvram, 'memory RAID': memory };
  const told = { ...words, stripes: rest.remaining_stripes_health, metadata: rest.md_usage_health };
  return Object.entries(told)
    .flatMap(([what, word]) => (word === null ? [] : [`${what} ${word}`]))
    .join(', ');
}

function cnodesText(listed: readonly VastCnode[]): string {
  const serving = listed.filter(isToServe);
  const idle = serving.filter((cnode) => !isActive(cnode)).map(({ name, state }) => `${name ?? 'one'} ${state}`);
  return `${countOf(serving)} CNodes active${idle.length > 0 ? `: ${firstOf(idle)}` : ''}`;
}
