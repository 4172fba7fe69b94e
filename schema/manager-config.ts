import { z } from 'zod';
import { BACKEND_AI_DATABASE_KEYS, DatabaseConfig, VfoldersConfig } from './database-config.ts';
import { Interval, Timeout } from './duration.ts';
import { EtcdConfig } from './etcd-config.ts';
import { Address, SharedSecret } from './proxy-config.ts';
import { refuseHalfTls, ServerTls } from './server-tls.ts';
import { Switch } from './switch.ts';
import { READY, VirtualFolder } from './vfolder.ts';
import { isNoStorage, parseVolumeHost } from './volume-host.ts';

const MAX_POLL_TIMEOUT_MS = 3_000;
const MAX_VOLUME_TIMEOUT_MS = 15_000;

export const ProxyName = z
  .string()
  .regex(/^[^\s:\p{Cc}]{1,64}$/u, { error: 'expected a name of at most 64 characters without blanks and colons' })
  .refine((name) => name !== '__proto__', { error: 'cannot be used as a name' });

const PemFile = z.string({ error: 'expected a PEM file' }).min(1, { error: 'expected a PEM file' }).optional();

const ProxyKeys = z.strictObject({
  manager_api: z
    .url({ protocol: /^https?$/, error: 'expected a URL such as "http://127.0.0.1:6022"' })
    .describe("URL of the proxy's manager-facing API."),
  secret: SharedSecret.describe('Shared secret.'),
  ssl_verify: Switch.default(true).describe("Whether the proxy's certificate is verified."),
  ca: PemFile.describe("PEM file with the authority of the proxy's certificate."),
  client_cert: PemFile.describe('Certificate chain to show to the proxy, a PEM file.'),
  client_key: PemFile.describe('Its private key, a PEM file.'),
  volumes: z.array(z.string()).default([]).describe('Volumes to show even while the proxy was never reached.'),
  health_check_interval: Interval.default(10_000).describe('How often the proxy is polled.'),
  health_check_timeout: Timeout.optional().describe(
    'How long to wait for its answer. Default: 0.8 × interval, at most 3s.',
  ),
  volume_check_interval: Interval.default(60_000).describe(
    'How often a proxy of Backend.AI, which tells nothing by itself, is asked for each volume.',
  ),
  volume_check_timeout: Timeout.optional().describe(
    'How long to wait for that answer. Default: 0.8 × interval, at most 15s.',
  ),
});

/** What a file says of a proxy that is found elsewhere: each key that is there is good. */
export const ProxyOverlay = ProxyKeys.partial();

export const ProxyEntry = ProxyKeys.refine(
  ({ health_check_interval, health_check_timeout = 0 }) => health_check_timeout < health_check_interval,
  {
    path: ['health_check_timeout'],
    error: 'expected less than `health_check_interval`',
  },
)
  .refine(({ client_cert, client_key }) => client_cert === undefined || client_key !== undefined, {
    path: ['client_cert'],
    error: 'expected client_key beside it',
  })
  .refine(({ client_cert, client_key }) => client_key === undefined || client_cert !== undefined, {
    path: ['client_key'],
    error: 'expected client_cert beside it',
  })
  .refine(({ volume_check_interval, volume_check_timeout = 0 }) => volume_check_timeout < volume_check_interval, {
    path: ['volume_check_timeout'],
    error: 'expected less than `volume_check_interval`',
  })
  .transform((entry) => ({
    ...entry,
    health_check_timeout:
      entry.health_check_timeout ?? Math.round(Math.min(0.8 * entry.health_check_interval, MAX_POLL_TIMEOUT_MS)),
    volume_check_timeout:
      entry.volume_check_timeout ?? Math.round(Math.min(0.8 * entry.volume_check_interval, MAX_VOLUME_TIMEOUT_MS)),
  }));
export type ProxyEntry = z.infer<typeof ProxyEntry>;

const VfolderEntry = z.strictObject({
  ...VirtualFolder.shape,
  id: z.guid({ error: 'expected a UUID' }),
  host: z.string().refine((host) => isNoStorage(host) || parseVolumeHost(host) !== null, {
    error: 'expected a volume host such as "proxy1:volume1"',
  }),
  status: z.string().default(READY),
});

function refuseDuplicates(folders: readonly { readonly id: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { id }] of folders.entries()) {
    if (seen.has(id.toLowerCase())) {
      context.addIssue({ code: 'custom', path: [index, 'id'], message: 'expected a UUID that no other folder has' });
    }
    seen.add(id.toLowerCase());
  }
}

/** `manager.toml`. */
export const ManagerConfig = z.strictObject({
  api: z
    .strictObject({
      listen: Address.default({ host: '127.0.0.1', port: 6080 }).describe('Where to listen.'),
      graphiql: Switch.optional().describe('Serve GraphiQL at /graphql. Default: only on a loopback address.'),
      ...ServerTls.shape,
    })
    .superRefine(refuseHalfTls)
    .prefault({}),
  graphql: z
    .strictObject({
      federation: Switch.default(false).describe('Whether a subgraph for a federated graph is served, too.'),
    })
    .prefault({}),
  proxies: z.record(ProxyName, ProxyEntry).default({}),
  vfolder: z
    .array(VfolderEntry)
    .superRefine(refuseDuplicates)
    .default([])
    .describe('Virtual folders, where they come from no database.'),
});
export type ManagerConfig = z.infer<typeof ManagerConfig>;

/** `manager.toml` as it is written: its proxies and its folders may be found elsewhere. */
export const ManagerFile = ManagerConfig.extend({
  etcd: EtcdConfig.optional(),
  db: DatabaseConfig.optional(),
  vfolders: VfoldersConfig.prefault({}),
  proxies: z
    .object({
      from: z
        .string()
        .optional()
        .describe('Where further proxies are found: `"etcd"`, or a JSON file of the form of Backend.AI.'),
    })
    .catchall(ProxyEntry),
});

/** Keys that Backend.AI gives a proxy and that say nothing to us. */
export const BACKEND_AI_PROXY_ENTRY_KEYS = [
  'client_api',
  'sftp_scaling_groups',
  'sftp_resource_groups',
  'timeouts',
] as const;

/** Keys of a Backend.AI `manager.toml` (22.09 … 26.x) that say nothing to us. */
export const BACKEND_AI_MANAGER_KEYS = [
  ...BACKEND_AI_PROXY_ENTRY_KEYS.flatMap((key) => [`proxies.*.${key}`, `volumes.proxies.*.${key}`]),
  ...BACKEND_AI_DATABASE_KEYS.map((key) => `db.${key}`),
  ...['_types', 'types', 'default_host', 'exposed_volume_info'].map((key) => `volumes.${key}`),
  'api.allow_origins',
  'api.allow_graphql_schema_introspection',
  'api.allow_openapi_schema_introspection',
  'api.max_gql_query_depth',
  'api.max_gql_connection_page_size',
  'api.resources',
  'artifact_registry',
  'audit_log',
  'auth',
  'config',
  'debug',
  'deployment',
  'docker',
  'docker_registry',
  'export',
  'idle',
  'jwt',
  'logging',
  'manager',
  'metric',
  'network',
  'otel',
  'plugins',
  'pyroscope',
  'redis',
  'reporter',
  'reservoir',
  'resource_slots',
  'retention',
  'service_discovery',
  'session',
  'system',
  'watcher',
] as const;
