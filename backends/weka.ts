import { z } from 'zod';
import { apiCheck, type ApiProbe } from './api/api-check.ts';
import { ApiFailed, unknownWord, unreadable } from './api/api-failed.ts';
import { CaFile, demandCredentials, Endpoints, named, VerifySwitch } from './api/api-options.ts';
import { down, Figure, inSteps, missing, present, Told, type Verdict } from './api/judgement.ts';
import { tokenAuthorization } from './api/fixed-authorization.ts';
import type { HttpClient } from './api/http-client.ts';
import { openSession } from './api/open-session.ts';
import { Secret } from './api/secret.ts';
import { readTokens, sessionAuthorization, type TokenIssuer } from './api/session-authorization.ts';
import { type CheckAnswer, defineBackend } from './backend.ts';
import { pathChecks } from './mount/path-checks.ts';

const SYSTEM = 'WEKA';
const ROOT = '/api/v2';

const CREDENTIALS = { user: 'weka_username', password: 'weka_password', token: 'weka_api_token' };

const Options = z
  .strictObject({
    weka_endpoint: Endpoints.describe('URL of a backend server, or several of them.'),
    weka_username: named('the name of a user').optional().describe('A user with the role ReadOnly.'),
    weka_password: Secret.optional().describe('Its password.'),
    weka_api_token: Secret.optional().describe('A long-lived token, instead of user and password.'),
    weka_organization: z.string().default('').describe('Organization of the user; empty: `Root`.'),
    weka_fs_name: named('the name of a file system').describe('The file system that the volume is on.'),
    weka_verify_ssl: VerifySwitch.describe('Whether the certificate is verified.'),
    ca: CaFile,
  })
  .superRefine(({ weka_username: user, weka_password: password, weka_api_token: token }, context) => {
    demandCredentials({ user, password, token }, context, CREDENTIALS);
  });
type Options = z.output<typeof Options>;

/** WekaFS: its REST API v2 says whether the cluster serves, and the volume's file system in it. */
export const weka = defineBackend({
  options: Options,
  open(volume) {
    const { options, clock } = volume;
    const { weka_username: username = '', weka_password: password = '', weka_api_token: token } = options;
    const session = openSession(volume, {
      system: SYSTEM,
      endpoints: options.weka_endpoint,
      verifyTls: options.weka_verify_ssl,
      ca: options.ca,
      credentials: [username, password, token, organizationOf(options)],
      authorize: (http, stopping) =>
        token === undefined
          ? sessionAuthorization(issuer(http, options), password, { clock, stopping })
          : tokenAuthorization('Bearer', token, clock),
    });
    const mounts = pathChecks(volume, { expectedTypes: ['wekafs', 'nfs', 'nfs4'] });
    const ask = (probe: ApiProbe) => look(probe, options.weka_fs_name);
    return [...mounts, apiCheck(volume, { system: SYSTEM, session, ask })];
  },
});

const Login = z.object({
  access_token: z.string(),
  refresh_token: z.string().nullish(),
  expires_in: z.number().nullish(),
  password_change_required: z.boolean().nullish(),
});

/** The guide prints the data as an array of one, the specification as an object. */
const LoginAnswer = z
  .object({ data: z.union([Login, z.tuple([Login]).transform(([login]) => login)]) })
  .transform(({ data: { access_token, refresh_token, expires_in, password_change_required } }) => ({
    access: access_token,
    refresh: refresh_token ?? null,
    lifetimeMs: expires_in == null ? null : expires_in * 1_000,
    mustChangePassword: password_change_required === true,
  }));

const organizationOf = ({ weka_organization }: Options): string => weka_organization || 'Root';

function issuer(http: HttpClient, options: Options): TokenIssuer {
  const post = async (path: string, json: unknown, signal: AbortSignal) =>
    readTokens(await http({ method: 'POST', path: `${ROOT}${path}`, headers: {}, json, signal }), LoginAnswer, SYSTEM);
  const org = organizationOf(options);
  return {
    async logIn(password, signal) {
      const tokens = await post('/login', { username: options.weka_username, password, org }, signal);
      // Such a token opens nothing: it is no better than a refusal.
      if (!tokens.mustChangePassword) return tokens;
      throw new ApiFailed('WEKA wants the password of the user to be changed', { kind: 'refused', system: SYSTEM });
    },
    refresh: (token, signal) => post('/login/refresh', { refresh_token: token }, signal),
    isTokenRefused: ({ status }) => status === 401,
  };
}

/** What cannot be counted is not counted. */
const Count = z.object({ active: z.number(), total: z.number() }).nullish().catch(null);
const Members = z.object({ backends: Count }).nullish().catch(null);
const Word = z.string().transform((word) => word.toUpperCase());

/** `GET /cluster`, which is `weka status --json`, as much of it as is read. Releases differ in what they leave out. */
const Cluster = z.object({
  name: Told,
  release: Told,
  status: Word,
  io_status: Word,
  init_stage: Word.nullish(),
  drives: Count,
  io_nodes: Count,
  buckets: Count,
  containers: Members,
  hosts: Members,
  servers: Members,
  rebuild: z.object({ progressPercent: z.number().nullish() }).nullish().catch(null),
  capacity: z.object({ total_bytes: Figure, unavailable_bytes: Figure }).nullish().catch(null),
  active_alerts_count: Figure,
});
type Cluster = z.output<typeof Cluster>;

const FileSystem = z.object({
  name: z.string(),
  is_ready: z.boolean().nullish().catch(null),
  is_removing: z.boolean().nullish().catch(null),
});
type FileSystem = z.output<typeof FileSystem>;

async function look({ api, signal, optional }: ApiProbe, fsName: string): Promise<CheckAnswer> {
  const { data: cluster } = await api.get(`${ROOT}/cluster`, z.object({ data: Cluster }), signal);
  const schema = z.object({ data: z.array(FileSystem) });
  const listed = await optional((slice) => api.get(`${ROOT}/fileSystems`, schema, slice));
  return judgeWeka(cluster, { fsName, fileSystems: listed.ok ? listed.value.data : listed.error });
}

/** How each state that serves is read. https://docs.weka.io/weka-system-overview/data-protection */
const SERVING: ReadonlyMap<string, 'well' | 'degraded'> = new Map(
  Object.entries({
    OK: 'well',
    REDISTRIBUTING: 'well',
    REBUILDING: 'degraded',
    REBUILD: 'degraded',
    PARTIALLY_PROTECTED: 'degraded',
    PERFORMANCE_DEGRADATION: 'degraded',
    UNPROTECTED: 'degraded',
    DEGRADED: 'degraded',
  }),
);
const NOT_SERVING = ['UNAVAILABLE', 'UNINITIALIZED', 'ERROR'];

interface WekaVolume {
  readonly fsName: string;
  /** All there are, or why they are not known. */
  readonly fileSystems: readonly FileSystem[] | Error;
}

/** What a cluster says of itself and of the volume's file system. Throws for a word that nobody knows. Pure. */
export function judgeWeka(cluster: Cluster, volume: WekaVolume): CheckAnswer {
  const parts = partsOf(cluster);
  const verdict = outageOf(cluster, parts) ?? lossOf(volume) ?? protectionOf(cluster, parts);
  const isBound = !(volume.fileSystems instanceof Error);
  const { name, release, status, io_status: io, capacity, active_alerts_count: alerts } = cluster;
  return {
    ...verdict,
    info: [
      `status ${status}, I/O ${io}`,
      ...(parts.length > 0 ? [countsOf(parts)] : []),
      `file system ${volume.fsName}${isBound ? '' : ' could not be checked'}`,
    ].join(', '),
    metadata: present({
      cluster: name,
      release,
      cluster_status: status,
      io_status: io,
      ...Object.fromEntries(parts.map((part) => [part.name.replace(' ', '_'), `${part.active}/${part.total}`])),
      cluster_capacity_bytes: capacity?.total_bytes,
      cluster_unavailable_bytes: capacity?.unavailable_bytes,
      active_alerts: alerts,
    }),
    ...(isBound ? {} : { notChecked: ['file system'] }),
  };
}

interface Part {
  readonly name: 'backends' | 'drives' | 'io nodes' | 'buckets';
  readonly active: number;
  readonly total: number;
}

/** What must be there as a whole, as far as the release counts it; clients come and go. */
function partsOf({ containers, hosts, servers, drives, io_nodes, buckets }: Cluster): readonly Part[] {
  const backends = containers?.backends ?? hosts?.backends ?? servers?.backends;
  const counts = { backends, drives, 'io nodes': io_nodes, buckets };
  return Object.entries(counts).flatMap(([name, count]) =>
    count == null || count.total === 0 ? [] : [{ name: name as Part['name'], ...count }],
  );
}

const countsOf = (parts: readonly Part[], ...names: readonly Part['name'][]): string =>
  parts
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ name, active, total }) => `${active}/${total} ${name}`)
    .join(', ');

/** Read in the order of the vendor's own console. UNAVAILABLE comes with I/O that is STARTED. */
function outageOf(
  { io_status: io, init_stage: stage, status, buckets }: Cluster,
  parts: readonly Part[],
): Verdict | null {
  if (io.startsWith('STARTING')) return down('WEKA I/O starting');
  if (io === 'STOPPED' || io === 'STOPPING') return down(`WEKA I/O ${io}`);
  if (stage && stage !== 'INITIALIZED') return down('WEKA cluster is not initialized');
  if (NOT_SERVING.includes(status)) {
    const counts = countsOf(parts, 'drives', 'buckets');
    return down(`WEKA cluster ${status}${counts === '' ? '' : `: ${counts} up`}`);
  }
  if (buckets?.active === 0 && buckets.total > 0) return down('WEKA cluster has no buckets up');
  if (io !== 'STARTED') throw unknownWord(SYSTEM, 'io_status', io);
  return null;
}

function lossOf({ fsName, fileSystems }: WekaVolume): Verdict | null {
  if (fileSystems instanceof Error) return null;
  // A cluster that serves has some; none at all is no answer to rely on.
  if (fileSystems.length === 0) throw unreadable(SYSTEM, 'WEKA API lists no file system at all');
  const namesakes = fileSystems.filter(({ name }) => name === fsName);
  // One that is being removed may have a successor.
  const own = namesakes.find(({ is_removing }) => is_removing !== true) ?? namesakes[0];
  if (own === undefined) return missing('WEKA file system does not exist');
  if (own.is_removing === true) return missing('WEKA file system is being removed');
  if (own.is_ready === false) return down('WEKA file system is not ready');
  return null;
}

function protectionOf({ status, rebuild }: Cluster, parts: readonly Part[]): Verdict {
  const serving = SERVING.get(status);
  if (serving === undefined) throw unknownWord(SYSTEM, 'status', status);
  const short = parts.filter(({ active, total }) => active < total);
  const well = serving === 'well' && short.length === 0;
  const shown: readonly Part['name'][] = well ? ['backends', 'drives'] : short.map(({ name }) => name);
  const counted = parts.some(({ name }) => shown.includes(name)) ? `, ${countsOf(parts, ...shown)} up` : '';
  if (well) return { status: 'pass', reason: 'OK', summary: `WEKA cluster healthy${counted}` };
  const percent = status.startsWith('REBUILD') ? rebuild?.progressPercent : null;
  const progress = percent == null ? '' : ` ${inSteps(percent)} %`;
  const state = status === 'OK' ? '' : ` (${status}${progress})`;
  const reason = serving === 'well' && short[0]?.name === 'backends' ? 'NODES_DOWN' : 'STORAGE_DEGRADED';
  return { status: 'warn', reason, summary: `WEKA cluster degraded${state}${counted}` };
}
