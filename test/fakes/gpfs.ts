import { randomUUID } from 'node:crypto';
import { basicCredentials, basicToken } from './basic-credentials.ts';
import type { Appliance, ApplianceAnswer, ApplianceRequest, Dialect } from './dialect.ts';
import type { Fields } from './field-paths.ts';
import { clusterBody, daemonStateRow, filesystemRow, infoBody, nodeRow } from './gpfs-bodies.ts';
import { ARCHIVE, type GpfsCluster, type GpfsNode, WORK, wellCluster } from './gpfs-cluster.ts';
import { eventRows, healthRows } from './gpfs-health.ts';
import { failure, htmlPage, listAnswer, ok } from './gpfs-pages.ts';
import { GPFS_STATES, type GpfsState } from './gpfs-states.ts';

/** IBM Storage Scale as its management API v2 tells of it: the REST server of the GUI. */
export const gpfs: Dialect = {
  name: 'gpfs',
  port: 443,
  states: Object.fromEntries(Object.entries(GPFS_STATES).map(([name, { meaning }]) => [name, meaning])),
  create: createGpfs,
};

const USER = 'monitor';
/** How many passwords may be wrong in a row, and how long the account is then locked. Both are guesses. */
const WRONG_PASSWORDS = 5;
const LOCKED_MS = 10 * 60_000;

const BASE = '/scalemgmt/v2/';

function createGpfs(): Appliance {
  const password = `pw:${randomUUID()}`;
  let wrong = 0;
  let lockedUntilMs = 0;
  return {
    options: { gpfs_username: USER, gpfs_password: password, gpfs_fs_name: WORK },
    secrets: () => [password, basicToken(USER, password)],
    isLogin: () => false,
    answer: (request, state) => (isLetIn(request) ? answer(request, stateNamed(state)) : error(401)),
    error,
    expireTokens() {
      // There are none: every request has the password in it.
    },
  };

  function isLetIn({ headers }: ApplianceRequest): boolean {
    const credentials = basicCredentials(headers['authorization']);
    if (credentials === null || Date.now() < lockedUntilMs) return false;
    if (credentials.user === USER && credentials.password === password) {
      wrong = 0;
      return true;
    }
    // Only an account that there is can be locked.
    if (credentials.user === USER) wrong += 1;
    if (wrong >= WRONG_PASSWORDS) {
      wrong = 0;
      lockedUntilMs = Date.now() + LOCKED_MS;
    }
    return false;
  }
}

function answer(request: ApplianceRequest, state: GpfsState): ApplianceAnswer {
  if (state.quirk === 'busy') return error(503);
  if (state.quirk === 'inner-error') {
    return failure(500, 'EFSSG0264C The transaction could not be started on the management node.', 200);
  }
  if (!request.path.startsWith(BASE)) return error(404);
  if (request.method !== 'GET') return failure(405, 'Method not allowed');
  const segments = request.path.slice(BASE.length).split('/');
  switch (segments[0]) {
    case 'info':
      return ok(infoBody());
    case 'cluster':
      return ok(clusterBody());
    case 'nodes':
      return answerNodes(request, state, segments);
    case 'filesystems':
      return answerFilesystems(request, state, segments);
    case 'gnr':
      return answerGnr(request, state, segments);
    default:
      return error(404);
  }
}

function answerNodes(request: ApplianceRequest, state: GpfsState, segments: readonly string[]): ApplianceAnswer {
  const [, name = ':all:', ...rest] = segments;
  const { quirk } = state;
  const nodes = nodesNamed(state, name);
  if (nodes.length === 0) return failure(400, "Invalid value in 'name'");
  const manners = { ignoresFilter: quirk === 'no-filter', isHostile: quirk === 'hostile-paging' };
  switch (rest.join('/')) {
    case '': {
      if (quirk === 'roles-missing') return error(500);
      const nameKey = quirk === 'camel' ? 'adminNodename' : 'adminNodeName';
      const rows = nodes.map((node) => nodeRow(node, nameKey));
      // A list names its nodes and no more; a single node is told of in full.
      const defaults = segments.length === 1 ? { defaults: [nameKey] } : {};
      return listAnswer(request, { name: 'nodes', rows, ...defaults, ...manners });
    }
    case 'health/states': {
      const rows = nodes.flatMap((node) => healthRows(node));
      const known = clusterOf(state).mount === null ? rows.filter((row) => !isOfWork(row)) : rows;
      return listAnswer(request, { name: 'states', rows: quirk === 'empty-list' ? [] : known, ...manners });
    }
    case 'health/events':
      return listAnswer(request, { name: 'events', rows: nodes.flatMap((node) => eventRows(node)), ...manners });
    default:
      return error(404);
  }
}

function answerFilesystems(request: ApplianceRequest, state: GpfsState, segments: readonly string[]): ApplianceAnswer {
  const [, name = ':all:', ...rest] = segments;
  if (rest.length > 0) return error(404);
  const { nodes, mount } = clusterOf(state);
  const mounted = { status: 'mounted', readWrite: nodes.map((node) => node.name), readOnly: [], internally: [] };
  const rows = [...(mount === null ? [] : [filesystemRow(WORK, mount)]), filesystemRow(ARCHIVE, mounted)];
  const named = [':all:', ':all_local:'].includes(name) ? rows : rows.filter((row) => row['name'] === name);
  if (named.length === 0 && name !== ':all_remote:') {
    return failure(
      400,
      state.quirk === 'fs-unquoted' ? 'Invalid value in filesystemName' : "Invalid value in 'filesystemName'",
    );
  }
  return listAnswer(request, {
    name: 'filesystems',
    rows: state.quirk === 'fs-list-empty' ? [] : named,
    defaults: ['name'],
  });
}

function answerGnr(request: ApplianceRequest, state: GpfsState, segments: readonly string[]): ApplianceAnswer {
  const [, , , names = ':all:'] = segments;
  if (!/^gnr\/clustermgmt\/nodes\/[^/]+\/state$/.test(segments.join('/'))) return error(404);
  const nodes = names.split(',').flatMap((name) => nodesNamed(state, name));
  if (nodes.length === 0) return failure(400, "Invalid value in 'names'");
  return ok({ nodeState: nodes.map((node) => daemonStateRow(clusterOf(state), node)) });
}

/** The failures of the web server are pages of HTML, those of the API are JSON. */
function error(status: number): ApplianceAnswer {
  switch (status) {
    case 401:
      return htmlPage(401, 'Unauthorized', 'The user name or the password is not valid, or the account is locked.');
    case 403:
      return htmlPage(403, 'Forbidden', 'SRVE0295E: Error reported: 403');
    case 404:
      return htmlPage(404, 'Not Found', 'SRVE0190E: File not found');
    case 503:
      return failure(503, 'The server is currently unable to handle the request: it is busy or down.');
    default:
      return failure(status, status === 500 ? 'Internal server error' : `The request failed with the code ${status}.`);
  }
}

function stateNamed(name: string): GpfsState {
  const states: Readonly<Record<string, GpfsState>> = GPFS_STATES;
  const state = states[name];
  if (state === undefined) throw new Error(`gpfs has no state ${name}`);
  return state;
}

function clusterOf({ cluster = () => wellCluster() }: GpfsState): GpfsCluster {
  return cluster();
}

function isOfWork({ entityName, parentName }: Fields): boolean {
  return entityName === WORK || parentName === WORK;
}

/** By a keyword, a node class or a name. */
function nodesNamed(state: GpfsState, name: string): readonly GpfsNode[] {
  const { nodes } = clusterOf(state);
  if ([':all:', 'all'].includes(name)) return nodes;
  if (name === 'quorumNodes') return nodes.filter(({ isQuorum }) => isQuorum);
  return nodes.filter((node) => node.name === name);
}
