import { z } from 'zod';
import type { Reason } from '../schema/reason.ts';
import { apiCheck, type ApiProbe } from './api/api-check.ts';
import { ApiFailed, unknownWord, unreadable } from './api/api-failed.ts';
import { CaFile, demandCredentials, Endpoints, named, VerifySwitch } from './api/api-options.ts';
import type { ApiSession } from './api/api-session.ts';
import { down, Figure, firstOf, inSteps, missing, present, Told, type Verdict } from './api/judgement.ts';
import { Identifier } from './api/exact-json.ts';
import { basicAuthorization, tokenAuthorization } from './api/fixed-authorization.ts';
import type { HttpAnswer } from './api/http-client.ts';
import { openSession } from './api/open-session.ts';
import { allPages } from './api/paging.ts';
import { Secret } from './api/secret.ts';
import { type CheckAnswer, defineBackend } from './backend.ts';
import { pathChecks } from './mount/path-checks.ts';

const SYSTEM = 'ONTAP';
const VOLUMES = '/api/storage/volumes';
/** As many as a probe may make. */
const CALLS = 3;
/** Of the check's time, for each call that a verdict does not need: there are two, one after the other. */
const SLICE = 0.15;

const CREDENTIALS = {
  user: 'netapp_ontap_user',
  password: 'netapp_ontap_password',
  token: 'netapp_ontap_token',
};

const User = named('the name of a user').optional();

const Keys = z.strictObject({
  netapp_ontap_endpoint: Endpoints.optional().describe('URL of the cluster or of the SVM, or several of them.'),
  netapp_ontap_user: User.describe('A user with the role readonly or vsadmin-readonly.'),
  netapp_ontap_password: Secret.optional().describe('Its password.'),
  netapp_ontap_token: Secret.optional().describe('An OAuth 2 bearer, instead of user and password.'),
  netapp_volume_name: named('the name of a volume').describe('The ONTAP volume that the volume is on.'),
  netapp_svm: z
    .string({ error: 'expected the name of an SVM' })
    .default('')
    .describe('SVM that has it; empty: the only one with a volume of that name.'),
  netapp_verify_ssl: VerifySwitch.describe('Whether the certificate is verified.'),
  ca: CaFile,
  netapp_endpoint: Endpoints.optional().describe('Older name of `netapp_ontap_endpoint`.'),
  netapp_admin: User.describe('Older name of `netapp_ontap_user`.'),
  netapp_password: Secret.optional().describe('Older name of `netapp_ontap_password`.'),
});

const Options = Keys.refine(
  (options) => options.netapp_ontap_endpoint !== undefined || options.netapp_endpoint !== undefined,
  {
    path: ['netapp_ontap_endpoint'],
    error: 'expected a URL such as "https://storage.example:443"',
  },
).superRefine((options, context) => {
  demandCredentials(accessOf(options), context, CREDENTIALS);
});
type Options = z.output<typeof Options>;

/** Each key, or the older one: a mistake is told of the one that is there. */
function accessOf(options: z.output<typeof Keys>) {
  return {
    endpoints: options.netapp_ontap_endpoint ?? options.netapp_endpoint ?? [],
    user: options.netapp_ontap_user ?? options.netapp_admin,
    password: options.netapp_ontap_password ?? options.netapp_password,
    token: options.netapp_ontap_token,
  };
}

/** NetApp ONTAP: its REST API says whether the volume is online and in its place, and whether its SVM serves NFS. */
export const netapp = defineBackend({
  options: Options,
  open(volume) {
    const { options, clock } = volume;
    const { endpoints, user = '', password = '', token } = accessOf(options);
    const session = openSession(volume, {
      system: SYSTEM,
      endpoints,
      verifyTls: options.netapp_verify_ssl,
      ca: options.ca,
      credentials: [user, password, token],
      // Management stalls under load: one request at a time in a session.
      maxCalls: 1,
      authorize: () =>
        token === undefined
          ? basicAuthorization(user, password, clock, isRefusal)
          : tokenAuthorization('Bearer', token, clock),
    });
    const mounts = pathChecks(volume, { expectedTypes: ['nfs', 'nfs4'] });
    return [...mounts, apiCheck(volume, { system: SYSTEM, session, ask: createLook(options) })];
  },
});

const Word = z.string().transform((word) => word.toLowerCase());
const Name = z.object({ name: z.string() });
const Flag = z.boolean().nullish();

/** A volume, as much of it as is read. The record of one that is offline is thinner, and so are those of old releases. */
const Volume = Name.extend({
  uuid: z.string(),
  state: Word.nullish(),
  type: Word.nullish().catch(null),
  style: Word.nullish().catch(null),
  status: z.array(z.string()).nullish().catch(null),
  nas: z.object({ path: z.string().nullish() }).nullish(),
  svm: z.object({ name: Told, uuid: z.string().nullish() }).nullish(),
  aggregates: z.array(Name).nullish().catch(null),
  space: z.object({ size: Figure, available: Figure }).nullish().catch(null),
  error_state: z.object({ has_bad_blocks: Flag, is_inconsistent: Flag }).nullish().catch(null),
});
type Volume = z.output<typeof Volume>;

/** What a volume is served by. A state that nobody knows is no evidence. */
const Svm = z.object({
  state: Word.pipe(z.enum(['running', 'starting', 'initializing', 'stopping', 'stopped', 'deleting'])),
  subtype: z.string().nullish(),
  nfs: z.object({ enabled: Flag }).nullish(),
});

/** An address at which an SVM serves NFS. */
const Lif = Name.extend({ state: Word.nullish(), enabled: Flag, location: z.object({ is_home: Flag }).nullish() });
type Lif = z.output<typeof Lif>;

/** A node of the cluster, or a member of a FlexGroup. */
const Part = Name.extend({ state: Word.nullish() });
type Part = z.output<typeof Part>;

const Aggregate = Part.extend({ node: Name.nullish(), home_node: Name.nullish() });

const Cluster = z.object({ name: Told, version: z.object({ full: Told }).nullish().catch(null) });

/** What is good to know beside the record of the volume, as far as it could be had. */
interface Found {
  readonly svm?: z.output<typeof Svm>;
  readonly lifs?: readonly Lif[];
  readonly members?: readonly Part[];
  readonly aggregates?: readonly z.output<typeof Aggregate>[];
  readonly nodes?: readonly Part[];
  /** Decides nothing. */
  readonly cluster?: z.output<typeof Cluster>;
}

type Topic = keyof Found;

interface Findings extends Found {
  /** Why the rest could not be had. */
  readonly left: ReadonlyMap<string, Error>;
}

/** What came of asking for something, and how long ago. */
interface Learned {
  readonly found: Found | Error;
  readonly probe: number;
}

/** A probe asks for the volume and for two things more; what it does not ask for is remembered from those before. */
function createLook(options: Options) {
  const find = createFinder(options);
  let learned: ReadonlyMap<Topic, Learned> = new Map();
  let probe = 0;
  return async ({ api, signal, optional }: ApiProbe): Promise<CheckAnswer> => {
    probe += 1;
    const before = learned;
    // Whatever interrupts the probes, nothing of before is relied on after it.
    learned = new Map();
    const counted = countingCalls(api);
    const volume = await find(counted.api, signal);
    if (volume === null) {
      const info = `no volume ${options.netapp_volume_name} in the SVM ${options.netapp_svm || '(any)'}`;
      return { ...missing('ONTAP volume does not exist'), info };
    }
    const wanted = topicsOf(volume, findingsIn(before));
    const known = new Map([...before].filter(([topic]) => wanted.includes(topic)));
    const fresh = new Map<Topic, Learned>();
    for (const topic of nextTopics(wanted, known).slice(0, CALLS - counted.calls())) {
      const asked = await optional((slice) => ASK[topic]({ api, volume }, slice), SLICE);
      if (!asked.ok && tookAway(before.get(topic))) {
        learned = before;
        throw asked.error;
      }
      fresh.set(topic, { found: asked.ok ? asked.value : asked.error, probe });
    }
    learned = new Map([...known, ...fresh]);
    const findings = findingsIn(learned);
    const unasked = topicsOf(volume, findings).filter((topic) => topic !== 'cluster' && !learned.has(topic));
    const left = new Map([...findings.left, ...unasked.map((topic) => [TOPICS[topic], LATER] as const)]);
    return judgeNetapp(volume, { ...findings, left }, findingsIn(fresh));
  };
}

const LATER = new Error('left for the next probe');

const TOPICS: Readonly<Record<Topic, string>> = {
  svm: 'SVM',
  lifs: 'data LIFs',
  members: 'FlexGroup members',
  nodes: 'nodes',
  aggregates: 'aggregates',
  cluster: 'cluster',
};

function findingsIn(learned: ReadonlyMap<Topic, Learned>): Findings {
  const entries = [...learned];
  const left = entries.flatMap(([topic, { found }]) =>
    found instanceof Error && topic !== 'cluster' ? [[TOPICS[topic], found] as const] : [],
  );
  return Object.assign({ left: new Map(left) }, ...entries.map(([, one]) => foundOf(one))) as Findings;
}

/** What lies between the volume and its clients; and its hardware, where that may be to blame. */
function topicsOf(volume: Volume, findings: Findings): readonly Topic[] {
  const { state, error_state: flaws, aggregates } = volume;
  const isOff = state === 'mixed' || flaws?.has_bad_blocks === true || flaws?.is_inconsistent === true;
  const hardware: readonly Topic[] = (aggregates ?? []).length > 0 ? ['nodes', 'aggregates'] : ['nodes'];
  if (outageOf(volume) !== null) return hardware;
  return [
    ...(state === 'mixed' ? (['members'] as const) : []),
    ...(['svm', 'lifs'] as const),
    ...(isOff || findings.lifs?.some(isAway) === true || isBad(findings) ? hardware : []),
    'cluster',
  ];
}

function countingCalls({ get, redact }: ApiSession) {
  let calls = 0;
  const counting: ApiSession = {
    redact,
    get(path, schema, signal) {
      calls += 1;
      return get(path, schema, signal);
    },
  };
  return { api: counting, calls: () => Math.min(calls, CALLS) };
}

/** Two of them: first what took the volume away, then something that was bad, then what was asked for longest ago. */
function nextTopics(wanted: readonly Topic[], learned: ReadonlyMap<Topic, Learned>): readonly Topic[] {
  // What the cluster is called is asked once.
  const due = wanted.filter((topic) => topic !== 'cluster' || !learned.has(topic));
  const byAge = due.toSorted((a, b) => (learned.get(a)?.probe ?? 0) - (learned.get(b)?.probe ?? 0));
  const away = byAge.filter((topic) => tookAway(learned.get(topic)));
  const bad = byAge.find((topic) => isBad(foundOf(learned.get(topic))));
  return [...new Set([...away, ...(bad === undefined ? [] : [bad]), ...byAge])].slice(0, 2);
}

/** Then a call is needed: whether the volume is back, nothing else says. */
function tookAway(learned: Learned | undefined): boolean {
  return outOfReach(foundOf(learned)) !== null;
}

const foundOf = (learned: Learned | undefined): Found =>
  learned === undefined || learned.found instanceof Error ? {} : learned.found;

/** Whether something is found that degrades the volume, or takes it away. */
function isBad(found: Found): boolean {
  const { lifs = [], members = [], nodes = [] } = found;
  return outOfReach(found) !== null || lifs.some(isDown) || members.some(isOffline) || nodes.some(isNotUp);
}

/** "User is not authorized." may come with 403, which is otherwise what the account may not see. */
const isRefusal = ({ status, text }: HttpAnswer): boolean =>
  status === 401 || (status === 403 && /"code"\s*:\s*"?6691623\b/.test(text));

/** Some fields come only when named, and an old release refuses names that it does not know. */
const RICH = 'state,type,style,status,nas.path,svm.name,svm.uuid,aggregates,space.size,space.available,error_state';
const LEAN = 'state,nas.path,svm,type,style';

const NO_SUCH_ENTRY = '4';
const NO_SUCH_FIELD = ['262197', '262179'];

/** Finds the volume by its name, and from then on by its UUID. Null: the array says that it does not exist. */
function createFinder({ netapp_volume_name: name, netapp_svm: svm }: Options) {
  let uuid: string | null = null;
  let fields = RICH;
  return async (api: ApiSession, signal: AbortSignal): Promise<Volume | null> => {
    const id = uuid;
    // Whatever becomes of it: an answer that is of no use is not asked for a second time.
    uuid = null;
    const known = id === null ? null : await byUuid(api, id, signal);
    const volume = known ?? (await byName(api, signal));
    uuid = volume?.uuid ?? null;
    return volume;
  };

  async function byUuid(api: ApiSession, id: string, signal: AbortSignal): Promise<Volume | null> {
    const path = `${VOLUMES}/${encodeURIComponent(id)}`;
    try {
      return await withFields((asked) => api.get(pathTo(path, { fields: asked }), Volume, signal));
    } catch (error) {
      if (codeOf(error) === NO_SUCH_ENTRY) return null;
      throw error;
    }
  }

  async function byName(api: ApiSession, signal: AbortSignal): Promise<Volume | null> {
    // A MetroCluster renames the SVM when the other site takes over.
    const filter = svm === '' ? { name } : { name, 'svm.name': `${svm}|${svm}-mc` };
    const pages = await withFields((asked) =>
      pagesOf(api, { path: VOLUMES, query: { ...filter, fields: asked }, schema: Volume }, signal),
    );
    const records = new Map(pages.flatMap((page) => page.records.map((record) => [record.uuid, record] as const)));
    const namesakes = [...records.values()].filter((record) => record.name === name);
    const ofSvm = (wanted: string) => namesakes.filter((record) => svm === '' || record.svm?.name === wanted);
    const [own, ...others] = ofSvm(svm).length > 0 ? ofSvm(svm) : ofSvm(`${svm}-mc`);
    if (others.length > 0)
      throw unreadable(SYSTEM, 'ONTAP API answered more than one volume of that name: say by netapp_svm which it is');
    // Only a list that says how long it is says that there is nothing more.
    const last = pages.at(-1);
    if (own === undefined && last?.num_records !== last?.records.length)
      throw unreadable(SYSTEM, 'ONTAP API answered a list that may not be all there is');
    return own ?? null;
  }

  async function withFields<T>(ask: (fields: string) => Promise<T>): Promise<T> {
    try {
      return await ask(fields);
    } catch (error) {
      if (fields === LEAN || !NO_SUCH_FIELD.includes(codeOf(error))) throw error;
      fields = LEAN;
      return ask(LEAN);
    }
  }
}

interface About {
  readonly api: ApiSession;
  readonly volume: Volume;
}

type Ask = (about: About, signal: AbortSignal) => Promise<Found>;

/** An account of an SVM may not see the hardware, and a disaggregated system hides its aggregates. */
const ASK: Readonly<Record<Topic, Ask>> = {
  async svm({ api, volume }, signal) {
    const path = pathTo(`/api/svm/svms/${svmOf(volume)}`, { fields: 'state,subtype,nfs.enabled' });
    return { svm: await api.get(path, Svm, signal) };
  },
  async lifs({ api, volume }, signal) {
    const query = { 'svm.uuid': svmOf(volume), services: 'data_nfs', fields: 'state,enabled,location.is_home' };
    return { lifs: await listed(api, { path: '/api/network/ip/interfaces', query, schema: Lif }, signal) };
  },
  async members({ api, volume }, signal) {
    const query = { is_constituent: 'true', 'flexgroup.uuid': volume.uuid, fields: 'state' };
    return { members: await listed(api, { path: VOLUMES, query, schema: Part }, signal) };
  },
  async nodes({ api }, signal) {
    return {
      nodes: await listed(api, { path: '/api/cluster/nodes', query: { fields: 'state' }, schema: Part }, signal),
    };
  },
  async aggregates({ api, volume }, signal) {
    const query = { name: (volume.aggregates ?? []).map(({ name }) => name).join('|'), fields: 'state,node,home_node' };
    return { aggregates: await listed(api, { path: '/api/storage/aggregates', query, schema: Aggregate }, signal) };
  },
  async cluster({ api }, signal) {
    return { cluster: await api.get(pathTo('/api/cluster', { fields: 'name,version' }), Cluster, signal) };
  },
};

function svmOf({ svm }: Volume): string {
  if (svm?.uuid == null) throw unreadable(SYSTEM, 'ONTAP API answered a volume without its SVM');
  return encodeURIComponent(svm.uuid);
}

interface Listing<S extends z.ZodType> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly schema: S;
}

/** Nothing listed is nothing known. */
async function listed<S extends z.ZodType>(api: ApiSession, listing: Listing<S>, signal: AbortSignal) {
  const records = (await pagesOf(api, listing, signal)).flatMap((page) => page.records);
  if (records.length === 0) throw unreadable(SYSTEM, 'ONTAP API answered an empty list');
  return records;
}

async function pagesOf<S extends z.ZodType>(api: ApiSession, listing: Listing<S>, signal: AbortSignal) {
  const path = pathTo(listing.path, { ...listing.query, return_timeout: '5' });
  const next = z.object({ next: z.object({ href: z.string() }).nullish() }).nullish();
  const schema = z.object({ records: z.array(listing.schema), num_records: z.number().nullish(), _links: next });
  return allPages(api, { system: SYSTEM, path, schema, nextOf: ({ _links }) => _links?.next?.href }, signal);
}

const pathTo = (path: string, query: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(query).toString()}`;

/** ONTAP's own code of a failure, which says more than that of HTTP. */
function codeOf(error: unknown): string {
  const body = error instanceof ApiFailed ? error.body : null;
  return z.object({ error: z.object({ code: Identifier }) }).safeParse(body).data?.error.code ?? '';
}

const NOT_SERVING = ['offline', 'restricted', 'error'];
const NOT_UP = ['down', 'booting', 'taken_over', 'waiting_for_giveback', 'degraded'];

const isOffline = ({ state }: Part): boolean => NOT_SERVING.includes(state ?? '');
const isNotUp = ({ state }: Part): boolean => NOT_UP.includes(state ?? '');
const withState = ({ name, state }: Part): string => `${name} ${state}`;
const isDown = ({ state, enabled }: Lif): boolean => state === 'down' || enabled === false;
const isAway = ({ location }: Lif): boolean => location?.is_home === false;

/** What ONTAP says of a volume, and of what serves it. Throws for a state of the volume that nobody knows. Pure. */
export function judgeNetapp(volume: Volume, findings: Findings, fresh: Found = findings): CheckAnswer {
  const { svm, lifs, members, left } = findings;
  const { space } = volume;
  return {
    // What is only remembered takes no volume away.
    ...(outageOf(volume) ?? outOfReach(fresh) ?? faultsOf(volume, findings)),
    info: detailsOf(volume, findings),
    metadata: present({
      cluster: findings.cluster?.name,
      release: findings.cluster?.version?.full,
      svm: volume.svm?.name,
      volume: volume.name,
      volume_uuid: volume.uuid,
      volume_state: volume.state,
      volume_type: volume.type,
      volume_style: volume.style,
      svm_state: svm?.state,
      data_lifs: lifs && `${lifs.filter((lif) => !isDown(lif)).length}/${lifs.length}`,
      flexgroup_members: members && `${members.filter((member) => !isOffline(member)).length}/${members.length}`,
      volume_bytes: space?.size,
      volume_available_bytes: space?.available,
    }),
    ...(left.size === 0 ? {} : { notChecked: [...left.keys()] }),
  };
}

function outageOf({ state, nas }: Volume): Verdict | null {
  // Its node may be down, or may merely not have answered: nothing tells which.
  if (state == null) throw unreadable(SYSTEM, 'ONTAP API answered a volume without its state');
  if (state === 'error') return down('ONTAP volume cannot serve data');
  if (NOT_SERVING.includes(state)) return down(`ONTAP volume ${state.toUpperCase()}`);
  if (state === 'mixed') return null;
  if (state !== 'online') throw unknownWord(SYSTEM, 'state', state);
  return nas?.path ? null : down('ONTAP volume online but not junctioned');
}

/** A volume that serves, as far as it goes, may still be out of reach. */
function outOfReach({ members = [], svm, lifs = [] }: Found): Verdict | null {
  const root = members.find(({ name }) => name.endsWith('__0001'));
  if (root !== undefined && isOffline(root)) return down('ONTAP volume has its FlexGroup root member offline');
  if (svm !== undefined && svm.state !== 'running') return down(`ONTAP SVM ${svm.state}`);
  if (svm?.nfs?.enabled === false) return down('ONTAP SVM does not serve NFS');
  const { length } = lifs.filter(isDown);
  return length > 0 && length === lifs.length ? down(`ONTAP SVM has ${length} of ${length} data LIFs down`) : null;
}

function faultsOf(volume: Volume, { members = [], lifs = [], ...findings }: Findings): Verdict {
  const { state, nas, type, space, error_state: flaws } = volume;
  // The member that is away may have taken the path along, or have left the record incomplete.
  if (state === 'mixed' && !nas?.path) {
    throw unreadable(SYSTEM, 'ONTAP API answered a FlexGroup in state mixed without its junction');
  }
  const nodes = nodesOf(findings);
  const offline = members.filter(isOffline).length;
  const lifsDown = lifs.filter(isDown).length;
  const nodesOff = nodes.filter(isNotUp).length;
  const count = offline === 0 ? '' : `${offline} of ${members.length} `;
  const all: [boolean, Reason, string][] = [
    [state === 'mixed', 'STORAGE_DEGRADED', `${count}FlexGroup members offline`],
    [flaws?.has_bad_blocks === true, 'STORAGE_DEGRADED', 'bad blocks'],
    [flaws?.is_inconsistent === true, 'STORAGE_DEGRADED', 'inconsistent'],
    [space?.available === 0, 'FULL', 'full'],
    [type === 'dp' || type === 'ls', 'READ_ONLY', 'read-only mirror'],
    [nodesOff > 0, 'NODES_DOWN', `${nodesOff} of ${nodes.length} nodes not up`],
    [lifsDown > 0, 'STORAGE_DEGRADED', `${lifsDown} of ${lifs.length} data LIFs down`],
  ];
  const faults = all.filter(([isSo]) => isSo);
  if (faults[0] === undefined) return { status: 'pass', reason: 'OK', summary: `ONTAP volume online${freeOf(space)}` };
  const summary = `ONTAP volume degraded: ${faults.map(([, , text]) => text).join(', ')}`;
  return { status: 'warn', reason: faults[0][1], summary };
}

/** Those that have the volume's aggregates, or should have them; all of them where that is not known. */
function nodesOf({ nodes = [], aggregates = [] }: Found): readonly Part[] {
  const own = new Set(aggregates.flatMap(({ node, home_node }) => [node?.name, home_node?.name]));
  own.delete(undefined);
  return own.size === 0 ? nodes : nodes.filter(({ name }) => own.has(name));
}

function freeOf(space: Volume['space']): string {
  if (space?.available == null || !space.size) return '';
  const percent = inSteps((space.available / space.size) * 100);
  if (percent < 0 || percent > 100) return '';
  return percent === 0 ? ', less than 5 % free' : `, ${percent} % free`;
}

function detailsOf(volume: Volume, { svm, lifs = [], members = [], aggregates = [], nodes = [], left }: Findings) {
  const { name, state, nas, status } = volume;
  const lists = {
    says: status ?? [],
    SVM: svm === undefined ? [] : [`${svm.state} (${svm.subtype ?? 'of an unknown kind'})`],
    'data LIFs down': lifs.filter(isDown).map((lif) => lif.name),
    'data LIFs away from home': lifs.filter(isAway).map((lif) => lif.name),
    'members offline': members.filter(isOffline).map(withState),
    'nodes not up': nodes.filter(isNotUp).map(withState),
    aggregates: aggregates.map((aggregate) => `${withState(aggregate)} at ${aggregate.node?.name ?? 'no node'}`),
    'not checked': [...left].map(([what, { message }]) => `${what} (${message})`),
  };
  const said = Object.entries(lists).flatMap(([what, list]) =>
    list.length === 0 ? [] : [`${what}: ${firstOf(list)}`],
  );
  return [`${volume.svm?.name}:${name} ${state}${nas?.path ? ` at ${nas.path}` : ''}`, ...said].join('; ');
}
