import { randomUUID } from 'node:crypto';
import { basicCredentials, basicToken } from './basic-credentials.ts';
import type { Appliance, ApplianceAnswer, ApplianceRequest, Dialect } from './dialect.ts';
import { type Fields, isWithin } from './field-paths.ts';
import { type OntapErrorName, refused, unknownArgument, webServerPage } from './netapp-answers.ts';
import { clusterRecord, type OntapCluster, wellOntap } from './netapp-cluster.ts';
import { type Collection, collectionAnswer, emptyPage, knownFields, recordAnswer } from './netapp-collections.ts';
import { ONTAP_STATES, type OntapQuirk, type OntapState } from './netapp-states.ts';
import { flexgroup, SVM, VOLUME, VOLUME_UUID } from './netapp-volumes.ts';

/** NetApp ONTAP as its REST interface tells of it. */
export const netapp: Dialect = {
  name: 'netapp',
  port: 443,
  states: Object.fromEntries(Object.entries(ONTAP_STATES).map(([name, { meaning }]) => [name, meaning])),
  create: createNetapp,
};

/** Of an identity provider; ONTAP accepts it as it does a user with a password. */
export const ONTAP_TOKEN = 'ontap-bearer-3f0b9c5e7a1d4c62';

const USER = 'volhealth';

function createNetapp(): Appliance {
  const password = `pw:${randomUUID()}`;
  let isTokenExpired = false;
  return {
    options: {
      netapp_ontap_user: USER,
      netapp_ontap_password: password,
      netapp_volume_name: VOLUME,
      netapp_svm: SVM.name,
    },
    secrets: () => [password, basicToken(USER, password), ONTAP_TOKEN],
    isLogin: () => false,
    answer: (request, state) => (isLetIn(request) ? answer(request, stateNamed(state)) : refused('user')),
    error,
    expireTokens() {
      isTokenExpired = true;
    },
  };

  function isLetIn({ headers }: ApplianceRequest): boolean {
    const { authorization } = headers;
    if (authorization === `Bearer ${ONTAP_TOKEN}`) return !isTokenExpired;
    const credentials = basicCredentials(authorization);
    return credentials !== null && credentials.user === USER && credentials.password === password;
  }
}

/** States in which every call fails alike. */
const OUTAGES: Readonly<Partial<Record<OntapQuirk, OntapErrorName>>> = {
  'too-many': 'tooMany',
  'mgmt-quorum': 'quorum',
  'rpc-timeout': 'rpc',
  'not-setup': 'setup',
};

const PATH =
  /^\/api\/(cluster|cluster\/nodes|network\/ip\/interfaces|storage\/(?:aggregates|volumes)|svm\/svms)(?:\/([0-9a-f-]{36}))?$/;

function answer(request: ApplianceRequest, state: OntapState): ApplianceAnswer {
  const { quirk } = state;
  const outage = quirk && OUTAGES[quirk];
  if (outage !== undefined) return refused(outage);
  const [, resource = '', uuid] = PATH.exec(request.path) ?? [];
  if (resource === '') return refused('api');
  if (request.method !== 'GET') return refused('method');
  if (quirk === 'old-release' && request.query.has(LATER_ARGUMENT)) return unknownArgument(LATER_ARGUMENT);
  if (resource === 'storage/volumes') return answerVolumes(request, state, uuid);
  if (quirk === 'svm-account') return refused('role');
  if (resource === 'cluster') {
    const record = clusterRecord(quirk === 'old-release' ? OLD_VERSION : VERSION);
    const known = knownFields([record]);
    return recordAnswer(request, { records: [record], known, expensive: ['statistics'] }, String(record['uuid']));
  }
  return answerFrom(request, collectionOf(resource, clusterOf(state)), uuid);
}

function answerVolumes(request: ApplianceRequest, state: OntapState, uuid: string | undefined): ApplianceAnswer {
  const { quirk } = state;
  const start = request.query.get('start.uuid');
  const isNamed = uuid === undefined || uuid === VOLUME_UUID;
  if ((quirk === 'empty-list' || quirk === 'hostile-next') && isNamed) {
    if (uuid !== undefined) return refused('entry');
    const host = quirk === 'hostile-next' ? 'https://attacker.invalid' : '';
    return emptyPage(request, laterUuid(start), host);
  }
  if (quirk === 'slow-collection' && uuid === undefined && start === null) return emptyPage(request, VOLUME_UUID);
  const volumes = clusterOf(state).volumes.filter((volume) => quirk !== 'svm-account' || isOfSvm(volume));
  return answerFrom(request, { ...volumeManners(quirk), records: volumes }, uuid);
}

function answerFrom(request: ApplianceRequest, collection: Collection, uuid: string | undefined): ApplianceAnswer {
  return uuid === undefined ? collectionAnswer(request, collection) : recordAnswer(request, collection, uuid);
}

/** Words a failure as ONTAP does; what the web server says itself is a page. */
function error(status: number): ApplianceAnswer {
  const name = ERROR_NAMES[status];
  return name === undefined ? webServerPage(status) : refused(name);
}

const ERROR_NAMES: Readonly<Record<number, OntapErrorName>> = {
  401: 'user',
  403: 'role',
  404: 'entry',
  429: 'tooMany',
  500: 'application',
  503: 'incomplete',
};

const VERSION = { full: 'NetApp Release 9.14.1P4: Wed Apr 24 09:12:44 UTC 2024', major: 14, minor: 1 };
const OLD_VERSION = { full: 'NetApp Release 9.6P9: Tue May 12 11:05:01 UTC 2020', major: 6, minor: 0 };

const WELL = wellOntap();

const VOLUME_FIELDS = {
  known: [
    ...knownFields([...WELL.volumes, ...flexgroup({ name: VOLUME, uuid: VOLUME_UUID, svm: SVM, on: [1] }, 0)]),
    'movement',
    'movement.state',
    'constituents',
  ],
  expensive: [
    'analytics',
    'autosize',
    'constituents',
    'efficiency',
    'encryption',
    'error_state',
    'files',
    'flexcache_endpoint_type',
    'guarantee',
    'is_svm_root',
    'metric',
    'movement',
    'nas',
    'qos',
    'quota',
    'snaplock',
    'space.block_storage_inactive_user_data',
    'space.footprint',
    'space.local_tier_footprint',
    'space.logical_space',
    'space.metadata',
    'space.over_provisioned',
    'space.snapshot',
    'statistics',
  ],
};

/** What came with later releases, of all resources and of volumes. */
const LATER_ARGUMENT = 'ignore_unknown_fields';
const LATER_FIELDS = ['status', 'nodes', 'error_state', 'analytics', 'activity_tracking', 'msid'];

/** What is known of volumes, and which filters of them are heard. */
function volumeManners(quirk: OntapQuirk | undefined): Omit<Collection, 'records'> {
  const { known } = VOLUME_FIELDS;
  return {
    ...VOLUME_FIELDS,
    ...(quirk === 'deaf-filter' ? { deafTo: ['svm.name', 'svm.uuid'] } : {}),
    ...(quirk === 'old-release' ? { known: known.filter((path) => !isWithin(path, LATER_FIELDS)) } : {}),
  };
}

function collectionOf(resource: string, { svms, lifs, aggregates, nodes }: OntapCluster): Collection {
  switch (resource) {
    case 'svm/svms':
      return { records: svms, known: knownFields(WELL.svms) };
    case 'network/ip/interfaces':
      return { records: lifs, known: knownFields(WELL.lifs), expensive: ['statistics'] };
    case 'storage/aggregates':
      return { records: aggregates, known: knownFields(WELL.aggregates), expensive: ['statistics'] };
    default:
      return { records: nodes, known: knownFields(WELL.nodes), expensive: ['statistics'] };
  }
}

function stateNamed(name: string): OntapState {
  const states: Readonly<Record<string, OntapState>> = ONTAP_STATES;
  const state = states[name];
  if (state === undefined) throw new Error(`netapp has no state ${name}`);
  return state;
}

function clusterOf({ cluster = wellOntap }: OntapState): OntapCluster {
  return cluster();
}

function isOfSvm({ svm }: Fields): boolean {
  return (svm as Fields)['uuid'] === SVM.uuid;
}

/** No page is the last one. */
function laterUuid(uuid: string | null): string {
  const count = Number(uuid?.slice(-12) ?? 0) + 1;
  return `00000000-0000-0000-0000-${String(count).padStart(12, '0')}`;
}
