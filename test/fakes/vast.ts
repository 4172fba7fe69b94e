import type { Appliance, ApplianceAnswer, ApplianceRequest, Dialect } from './dialect.ts';
import { parseJsonObject } from './json-object.ts';
import { createVastAccounts, type VastTokens } from './vast-accounts.ts';
import { VAST_CLUSTER_ID, vastClusters } from './vast-cluster.ts';
import { vastCnodes } from './vast-cnodes.ts';
import { answerList } from './vast-paging.ts';

export { VAST_API_TOKEN } from './vast-accounts.ts';

/** The REST API of VAST's management service, VMS, with nginx in front. */
export const vast: Dialect = {
  name: 'vast',
  port: 443,
  states: {
    well: 'ONLINE; all of 8 CNodes are active, and the one that only manages.',
    'unknown-word': 'The state is a word that nobody knows.',
    'missing-field': 'The cluster says everything but its state.',
    'empty-list': 'The cluster says nothing about itself, and lists are empty.',
    'raid-rebuild': 'ONLINE, while the RAID of the SSDs is rebuilt.',
    'nvram-degraded': 'ONLINE, but the RAID of the NVRAMs is degraded.',
    'leader-unknown': 'ONLINE, but nobody knows whether there is a leader.',
    'low-resources': 'ONLINE, but few stripes are left to write to.',
    'out-of-stripes': 'ONLINE, but no stripe is left, and so nothing can be written.',
    'cnode-failed': 'ONLINE, but one of 8 CNodes failed.',
    'cnode-disabled': 'ONLINE; one of 8 CNodes was taken out on purpose.',
    'mgmt-cnode-inactive': 'ONLINE; the CNode that only manages is inactive, as it may be.',
    'no-cnodes': 'ONLINE, but no CNode that serves is active.',
    'cnodes-list-empty': 'ONLINE, but no CNode is listed at all.',
    offline: 'OFFLINE.',
    failed: 'FAILED.',
    deactivating: 'The cluster is being shut down.',
    init: 'The cluster is being made.',
    activating: 'The cluster is starting.',
    unknown: 'The management lost contact with the cluster, which may serve on.',
    'cluster-missing': 'There is no cluster of this id, but another one, which is well.',
    'tenant-account': 'The account may see the cluster, but not its CNodes.',
    paged: 'Lists come in pages, with links that name a host which nobody reaches.',
    'hostile-paging': 'Lists come in pages without end, with links to another origin.',
    'old-release': 'Release 3.6: states of RAIDs are null or empty, and others are absent.',
    failover: 'The management moves to another CNode: nginx answers 502, with a page of HTML.',
  },
  create,
};

const VERSIONED = /^\/api\/(?:(?:v[1-7]|latest)\/)?(.*)$/;
const NGINX: Readonly<Record<number, string>> = {
  500: '500 Internal Server Error',
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out',
};
const DETAILS: Readonly<Record<number, unknown>> = {
  401: { detail: 'Authentication credentials were not provided.' },
  403: { detail: 'You do not have permission to perform this action.', code: 'permission_denied' },
  404: { detail: 'Not found.' },
  429: { detail: 'Request was throttled. Expected available in 30 seconds.' },
};
const DEAD_TOKEN = {
  detail: 'Given token not valid for any token type',
  code: 'token_not_valid',
  messages: [{ token_class: 'AccessToken', token_type: 'access', message: 'Token is invalid or expired' }],
};

function create(): Appliance {
  const accounts = createVastAccounts();
  return {
    options: { ...accounts.credentials, vast_cluster_id: VAST_CLUSTER_ID },
    secrets: accounts.secrets,
    expireTokens: accounts.expireTokens,
    isLogin: ({ path }) => routeOf(path)?.startsWith('token') ?? false,
    error,
    answer(request, state) {
      if (state === 'failover') return error(502);
      const route = routeOf(request.path);
      if (route === null) return error(404);
      if (!route.endsWith('/')) return addSlash(request);
      if (route.startsWith('token/')) return answerLogin(route, request);
      const fault = accounts.faultOf(request.headers['authorization']);
      if (fault === 'dead') return { status: 403, body: DEAD_TOKEN };
      if (fault === 'wrong') return { status: 401, body: { detail: 'Invalid username/password.' } };
      return fault === null ? answerRead(route, request, state) : error(401);
    },
  };

  function answerLogin(route: string, { method, headers, body }: ApplianceRequest): ApplianceAnswer {
    if (method !== 'POST') return { status: 405, body: { detail: `Method "${method}" not allowed.` } };
    const type = headers['content-type'] ?? '';
    if (!type.startsWith('application/json')) {
      return { status: 415, body: { detail: `Unsupported media type "${type}" in request.` } };
    }
    const asked = parseJsonObject(body) ?? {};
    switch (route) {
      case 'token/':
        return (
          required(asked, ['username', 'password']) ??
          tell(accounts.logIn(asked['username'], asked['password']), {
            detail: 'No active account found with the given credentials',
          })
        );
      case 'token/refresh/':
        return (
          required(asked, ['refresh']) ??
          tell(accounts.refresh(asked['refresh']), { detail: 'Token is invalid or expired', code: 'token_not_valid' })
        );
      default:
        return error(404);
    }
  }
}

function routeOf(path: string): string | null {
  return VERSIONED.exec(path)?.[1] ?? null;
}

/** What is not served by VMS itself comes from nginx. */
function error(status: number): ApplianceAnswer {
  const title = NGINX[status];
  if (title === undefined) return { status, body: DETAILS[status] ?? { detail: `Error ${status}` } };
  return {
    status,
    headers: { 'content-type': 'text/html', server: 'nginx/1.24.0' },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n`,
  };
}

function addSlash({ path, query, origin }: ApplianceRequest): ApplianceAnswer {
  const search = query.size === 0 ? '' : `?${query}`;
  return {
    status: 301,
    headers: { location: `${origin}${path}/${search}`, 'content-type': 'text/html; charset=utf-8' },
    body: '',
  };
}

function required(asked: Readonly<Record<string, unknown>>, names: readonly string[]): ApplianceAnswer | null {
  const missing = names.filter((name) => !(name in asked));
  if (missing.length === 0) return null;
  return { status: 400, body: Object.fromEntries(missing.map((name) => [name, ['This field is required.']])) };
}

function tell(tokens: VastTokens | null, refusal: Readonly<Record<string, string>>): ApplianceAnswer {
  return tokens === null ? { status: 401, body: refusal } : { status: 200, body: tokens };
}

function answerRead(route: string, request: ApplianceRequest, state: string): ApplianceAnswer {
  const clusterId = /^clusters\/(\d+)\/$/.exec(route)?.[1];
  if (clusterId !== undefined) return answerCluster(Number(clusterId), state);
  switch (route) {
    case 'clusters/':
      return answerList('clusters', vastClusters(state), { request, state });
    case 'cnodes/':
      if (state === 'tenant-account') return error(403);
      return answerList('cnodes', vastCnodes(state), { request, state });
    case 'vms/':
      return { status: 200, body: [VMS] };
    case 'vms/1/':
      return { status: 200, body: VMS };
    default:
      return error(404);
  }
}

function answerCluster(id: number, state: string): ApplianceAnswer {
  if (state === 'empty-list') return { status: 200, body: {} };
  const cluster = vastClusters(state).find((row) => row['id'] === id);
  return cluster === undefined ? error(404) : { status: 200, body: cluster };
}

const VMS = {
  id: 1,
  name: 'vms-1',
  state: 'ONLINE',
  degraded_reason: '',
  sw_version: '5.2.0.4',
  access_token_lifetime: '01:00:00',
  refresh_token_lifetime: '1 00:00:00',
  mgmt_vip: '10.30.0.10',
};
