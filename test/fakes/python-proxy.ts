import type { Appliance, ApplianceAnswer, ApplianceRequest, Dialect } from './dialect.ts';
import { parseJsonObject } from './json-object.ts';

/** The secret that a fake proxy shares with its managers. */
export const SECRET = 'fake';

/** In which form the service says how it is itself, by its versions. */
const FORMS: Readonly<Record<string, 'none' | 'healthy' | 'connectivity' | 'livez' | 'bep-1037' | 'ours'>> = {
  '22.09': 'none',
  '24.09': 'none',
  '25.15': 'healthy',
  '25.17': 'connectivity',
  'bep-1037': 'bep-1037',
  volhealth: 'ours',
};

const VERSIONS: Readonly<Record<string, string>> = {
  '22.09': '22.09.22',
  '24.09': '24.09.12',
  '25.15': '25.15.3',
  '25.17': '25.17.1',
  volhealth: '0.1.0',
};

interface FakeVolume {
  readonly backend: string;
  readonly hwinfo: Readonly<Record<string, unknown>>;
}

const VOLUMES: Readonly<Record<string, FakeVolume>> = {
  local: { backend: 'vfs', hwinfo: { status: 'healthy', status_info: null, metadata: {} } },
  shared: {
    backend: 'vast',
    hwinfo: { status: 'degraded', status_info: 'INIT', metadata: { name: 'vast-01', guid: 'b7f9', state: 'INIT' } },
  },
  archive: { backend: 'gpfs', hwinfo: { status: 'unavailable', status_info: null, metadata: {} } },
};

/** What upstream's client of Weka makes of an answer that it does not expect. */
const ODD = { status: '{"data":"ok"}', status_info: null, metadata: { nodes: [1, { up: true }] } };

/** The storage proxy of Backend.AI, of whatever version, as its manager-facing API answers. */
export const pythonProxy: Dialect = {
  name: 'python-proxy',
  port: 6022,
  states: {
    well: 'A proxy of 26.4.4 and later: /health with connectivity, /livez, /readyz.',
    '22.09': 'One of 22.09 to 23.03: no /health, and a slip of the pen in /status.',
    '24.09': 'One of 23.09 to 25.14: no /health.',
    '25.15': 'One of 25.15 or 25.16: /health says "healthy", and no more.',
    '25.17': 'One of 25.17 to 26.4.3: /health with connectivity, no /livez.',
    'bep-1037': 'One as BEP-1037 draws it: /health tells of each volume.',
    volhealth: 'Another service is at the address: one that reports as a proxy of volhealth does.',
    'etcd-down': 'It cannot reach etcd, and one of its two Valkeys.',
    'list-fails': 'One volume cannot be opened, so that the list of all is a 500.',
    'one-fails': 'The volume shared cannot be asked: a 500, in plain text.',
    'one-hangs': 'The volume shared is asked, and nothing comes of it.',
    'one-odd': 'The volume shared has a status that is none.',
    'one-gone': 'The volume shared is not configured any more.',
  },
  create,
};

function create(): Appliance {
  return {
    options: { secret: SECRET },
    secrets: () => [SECRET],
    isLogin: () => false,
    expireTokens: () => {},
    error: (status) => text(status),
    answer,
  };
}

function answer(request: ApplianceRequest, state: string): ApplianceAnswer {
  const form = FORMS[state] ?? 'livez';
  const version = VERSIONS[state] ?? '26.4.4';
  const open = openAnswer(request, { form, version, state });
  if (open !== null) return open;
  const token = request.headers['x-backendai-storage-auth-token'];
  if (token !== SECRET) return refusal(form, token);
  switch (request.path) {
    case '/volumes':
      return listAnswer(request, state);
    case '/volume/hwinfo':
      return hwinfoAnswer(request, state);
    default:
      return text(404);
  }
}

/** To whoever asks; null where the secret is needed. */
function openAnswer(
  { path, body, headers }: ApplianceRequest,
  { form, version, state }: { form: string; version: string; state: string },
): ApplianceAnswer | null {
  const isOurs = form === 'ours' && headers['x-backendai-storage-auth-token'] === SECRET;
  switch (path) {
    case '/':
    case '/status': {
      if (body !== '') return bodyNotEmpty();
      const type = state === '22.09' ? 'maanger-facing' : 'manager-facing';
      return { status: 200, body: { status: 'ok', type, 'storage-proxy': version } };
    }
    case '/manager-api/health':
      return isOurs ? { status: 200, body: ourReport(version) } : null;
    case '/health':
      if (form === 'none') return null;
      return { status: 200, body: isOurs ? ourReport(version) : healthOf(form, version, state) };
    case '/livez':
    case '/readyz':
      return form === 'livez' ? { status: 200, body: healthOf(form, version, state) } : null;
    default:
      return null;
  }
}

function healthOf(form: string, version: string, state: string): unknown {
  const service = { status: 'ok', version, component: 'storage-proxy' };
  if (form === 'healthy') return { ...service, status: 'healthy' };
  if (form === 'bep-1037') return { ...service, status: 'healthy', volumes: toldVolumes() };
  const isDown = state === 'etcd-down';
  const check = (service_group: string, component_id: string, is_healthy: boolean) => ({
    service_group,
    component_id,
    is_healthy,
    last_checked_at: pythonNow(),
    error_message: is_healthy ? null : 'connect to 10.0.3.7:2379 failed',
  });
  return {
    ...service,
    status: isDown ? 'degraded' : 'ok',
    connectivity: {
      overall_healthy: !isDown,
      connectivity_checks: [
        check('etcd', 'etcd', !isDown),
        check('redis', 'storage_bgtask', !isDown),
        check('redis', 'storage_artifact', true),
      ],
      timestamp: pythonNow(),
    },
  };
}

/** The four fields that BEP-1037 gives a volume. */
function toldVolumes(): unknown {
  return Object.fromEntries(
    Object.entries(VOLUMES).map(([name, { backend, hwinfo }]) => [
      name,
      { status: hwinfo['status'], status_info: hwinfo['status_info'], backend, last_checked_at: pythonNow() },
    ]),
  );
}

function ourReport(version: string): unknown {
  const volume = { status: 'healthy', status_info: 'usable', backend: 'vfs', last_checked_at: pythonNow() };
  return {
    status: 'healthy',
    version,
    component: 'storage-proxy',
    epoch: 'fake',
    seq: 1,
    mono_ms: Math.round(performance.now()),
    volumes: { local: volume },
  };
}

function listAnswer({ body }: ApplianceRequest, state: string): ApplianceAnswer {
  if (body !== '') return bodyNotEmpty();
  if (state === 'list-fails') return text(500);
  const volumes = Object.entries(VOLUMES).flatMap(([name, { backend }]) =>
    state === 'one-gone' && name === 'shared'
      ? []
      : { name, backend, path: `/mnt/${name}`, fsprefix: '.', capabilities: ['vfolder', 'metric'] },
  );
  return { status: 200, body: { volumes } };
}

function hwinfoAnswer({ body }: ApplianceRequest, state: string): ApplianceAnswer {
  const { volume: name } = parseJsonObject(body) ?? {};
  const volume = typeof name === 'string' && Object.hasOwn(VOLUMES, name) ? VOLUMES[name] : undefined;
  if (typeof name !== 'string') return problem(400, 'invalid-api-params', 'Invalid API parameters');
  const isShared = name === 'shared';
  if (volume === undefined || (isShared && state === 'one-gone'))
    return problem(400, 'volume/invalid', 'Invalid Volume');
  if (isShared && state === 'one-fails') return text(500);
  if (isShared && state === 'one-hangs') return { status: 200, body: '', isWithheld: true };
  return { status: 200, body: isShared && state === 'one-odd' ? ODD : volume.hwinfo };
}

const refusal = (form: string, token: string | undefined): ApplianceAnswer =>
  form === 'livez'
    ? problem(403, 'forbidden', `Forbidden (${token === undefined ? 'missing' : 'invalid'} auth token)`)
    : text(403);

const bodyNotEmpty = (): ApplianceAnswer =>
  problem(400, 'malformed-request', 'Malformed request (request body should be empty)');

function problem(status: number, type: string, title: string): ApplianceAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: { type: `https://api.backend.ai/probs/storage/${type}`, title },
  };
}

const TITLES: Readonly<Record<number, string>> = {
  401: '401: Unauthorized',
  403: '403: Forbidden',
  404: '404: Not Found',
  429: '429: Too Many Requests',
  500: '500 Internal Server Error\n\nServer got itself in trouble',
  503: '503: Service Unavailable',
};

/** As aiohttp words what nobody has worded. */
function text(status: number): ApplianceAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: TITLES[status] ?? `${status}` };
}

/** As Python writes an instant. */
const pythonNow = (): string => new Date().toISOString().replace('Z', '000+00:00');
