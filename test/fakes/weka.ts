import type { Appliance, ApplianceAnswer, ApplianceRequest, Dialect } from './dialect.ts';
import { parseJsonObject } from './json-object.ts';
import { createWekaAccounts, type WekaLogin } from './weka-accounts.ts';
import { wekaCluster } from './weka-cluster.ts';
import { WEKA_FILE_SYSTEM, wekaAlerts, wekaContainers, wekaFileSystems } from './weka-members.ts';

export { WEKA_API_TOKEN } from './weka-accounts.ts';

/** WEKA's REST API, version 2, as a backend serves it. */
export const weka: Dialect = {
  name: 'weka',
  port: 14_000,
  states: {
    well: 'All of 13 backends and 36 drives are up; two alerts, as there always are.',
    'unknown-word': 'The status is a word that nobody knows.',
    'missing-field': 'The cluster says everything but its status.',
    'empty-list': 'The cluster says nothing about itself, and lists no file system.',
    redistributing: 'Data are moved to balance drives; fully protected.',
    rebuilding: 'Three drives are lost, and a third of their data is made anew.',
    'partially-protected': 'Three drives are lost, and redundancy with them.',
    performance: 'Served, but slowly.',
    unprotected: 'Served, but no further drive may fail.',
    unavailable: 'Too many failures: I/O is STARTED, but part of the data cannot be reached.',
    stopped: 'The status is OK, but I/O was stopped by an administrator.',
    starting: 'I/O is being started.',
    stopping: 'I/O is being stopped.',
    initializing: 'The status is OK, but the cluster is not initialized yet.',
    uninitialized: 'The cluster was never started.',
    'no-buckets': 'The status is OK, but no bucket is active.',
    'backend-down': 'The status is OK, but one of 13 backends is down.',
    'drive-down': 'The status is OK, but one of 36 drives is down.',
    'clients-down': 'Two of four clients are off, which says nothing about the storage.',
    'fs-missing': 'There is no such file system; there is one whose name begins alike.',
    'fs-not-ready': 'The file system is still being created.',
    'fs-removing': 'The file system is being removed.',
    'fs-list-empty': 'The cluster is well, but lists no file system at all.',
    'old-release': 'Release 3.11: hosts instead of containers, and no stage of initialization.',
    'array-login': 'A login is answered with an array of one, as the guide prints it.',
    'password-expired': 'A login says that the password has to be changed; all else is refused with 403.',
    'healthcheck-only': 'Logins and /healthcheck work, but the cluster has no leader to ask.',
  },
  create,
};

const API = '/api/v2';
const ERRORS: Readonly<Record<number, unknown>> = {
  401: { data: 'Unauthorized' },
  403: { data: 'Forbidden' },
  404: { message: 'Not found' },
  429: { message: 'Too many requests' },
  500: { message: 'Internal server error' },
  503: { message: 'Service unavailable: no leader' },
};

function create(): Appliance {
  const accounts = createWekaAccounts();
  return {
    options: { ...accounts.credentials, weka_fs_name: WEKA_FILE_SYSTEM },
    secrets: accounts.secrets,
    expireTokens: accounts.expireTokens,
    isLogin: ({ path }) => path.startsWith(`${API}/login`),
    error,
    answer(request, state) {
      if (!request.path.startsWith(`${API}/`)) return error(404);
      const path = request.path.slice(API.length);
      if (request.method === 'POST') return answerLogin(path, request, state);
      // No account is needed, and no state is told: it only says that somebody answers.
      if (path === '/healthcheck') return { status: 200, body: '"ok"' };
      if (!accounts.mayRead(request.headers['authorization'])) return error(401);
      if (state === 'password-expired') return error(403);
      return answerRead(path, state);
    },
  };

  function answerLogin(path: string, { headers, body }: ApplianceRequest, state: string): ApplianceAnswer {
    const asked = headers['content-type']?.startsWith('application/json') ? parseJsonObject(body) : null;
    if (asked === null) return missing(['username', 'password']);
    if (path === '/login') {
      if (!('username' in asked) || !('password' in asked)) return missing(['username', 'password']);
      return tell(accounts.logIn(asked['username'], asked['password'], asked['org']), state);
    }
    if (path !== '/login/refresh') return error(404);
    return 'refresh_token' in asked
      ? tell(accounts.refresh(asked['refresh_token']), state)
      : missing(['refresh_token']);
  }
}

function error(status: number): ApplianceAnswer {
  return { status, body: ERRORS[status] ?? { message: `Error ${status}` } };
}

function missing(parameters: readonly string[]): ApplianceAnswer {
  return {
    status: 400,
    body: {
      message: 'Bad request',
      data: { missing_params: parameters, param: null, error: 'Missing or malformed parameters' },
    },
  };
}

function tell(login: WekaLogin, state: string): ApplianceAnswer {
  if (login === 'refused') return error(401);
  if (login === 'locked-out') return { status: 403, body: { message: 'User is locked out for 2 minutes' } };
  const data = {
    access_token: login.access,
    token_type: 'Bearer',
    expires_in: 300,
    refresh_token: login.refresh,
    password_change_required: state === 'password-expired',
  };
  return { status: 200, body: { data: state === 'array-login' ? [data] : data } };
}

function answerRead(path: string, state: string): ApplianceAnswer {
  if (state === 'healthcheck-only') return error(503);
  const isOld = state === 'old-release';
  switch (path) {
    case '/cluster':
      return { status: 200, body: { data: wekaCluster(state) } };
    // Answers with all of them, whatever name is asked for.
    case '/fileSystems':
      return { status: 200, body: { data: wekaFileSystems(state) } };
    case isOld ? '/hosts' : '/containers':
      return { status: 200, body: { data: wekaContainers(state) } };
    case '/alerts':
      return { status: 200, body: { data: wekaAlerts(state) } };
    case '/security/defaultTokensExpiry':
      return { status: 200, body: { data: { access_token_expiry: 300, refresh_token_expiry: 31_536_000 } } };
    default:
      return error(404);
  }
}
