import { z } from 'zod';
import { Interval, Timeout } from './duration.ts';
import { refuseHalfTls, ServerTls } from './server-tls.ts';
import { Switch } from './switch.ts';

/** `{ host, port }`, read from `"host:port"`, `[host, port]` or `{ host, port }`, as Backend.AI writes it. */
export const Address = z
  .custom<unknown>((value) => parseAddress(value) !== null, { error: 'expected an address such as "127.0.0.1:6022"' })
  .transform((value) => parseAddress(value) as ListenAddress);
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const VolumeName = z.string().regex(/^[^\s/\p{Cc}]{1,64}$/u, {
  error: 'expected a name of at most 64 characters without blanks and slashes',
});

const Word = z.string().min(1, { error: 'expected at least one character' });

const isMarkerText = (value: unknown): boolean => typeof value === 'string' && /^\S(.{0,62}\S)?$/.test(value);

/** What is expected to be mounted at a volume's path; whatever is left out is adopted from the first good check. */
export const MountExpectation = z.strictObject({
  required: Switch.optional().describe('Whether the path must be a mount of its own. Default: by the backend.'),
  fstype: Word.optional().describe('Type of the file system, as in `/proc/self/mountinfo`.'),
  source: Word.optional().describe('What is mounted: a device, `host:/export`…'),
  root: z
    .string()
    .regex(/^\//, { error: 'expected an absolute path' })
    .optional()
    .describe('Which directory of it is mounted.'),
  marker: z
    .custom<boolean | string>((value) => typeof value === 'boolean' || isMarkerText(value), {
      error: 'expected true, false, or the text of the marker file, at most 64 characters',
    })
    .optional()
    .describe(
      "Whether the marker file `.backend.ai-volume` must be there (true, or its text), or is not read (false). Default: if it is there, it must hold the volume's name.",
    ),
});
export type MountExpectation = z.infer<typeof MountExpectation>;

export const VolumeConfig = z
  .strictObject({
    backend: z.string({ error: 'expected the name of a backend such as "vfs"' }).min(1).describe('Kind of storage.'),
    path: z
      .string({ error: 'expected the path at which the volume is mounted' })
      .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, { error: 'expected an absolute path' })
      .describe('Where the volume is mounted.'),
    fsprefix: z.string().nullish().describe('Directory below `path`; read for compatibility.'),
    health_check_interval: Interval.default(30_000).describe('How often the storage is asked.'),
    health_check_timeout: Timeout.optional().describe(
      'How long to wait for an answer. Default: 0.8 × interval, at most 5s for mounts and 15s for APIs.',
    ),
    capacity_warn: z
      .string({ error: 'expected a percentage such as "90%"' })
      .regex(/^(100|[1-9]\d?)%$/, { error: 'expected a percentage such as "90%"' })
      .transform((text) => Number(text.slice(0, -1)))
      .default(90)
      .describe('How full a volume may be before it counts as degraded.'),
    write_check: Switch.default(false).describe('Whether to write a small file now and then, and to read it back.'),
    write_check_interval: Interval.default(300_000).describe('How often that is done.'),
    api_unreachable: z
      .enum(['unavailable', 'degraded'], { error: 'expected "unavailable" or "degraded"' })
      .default('unavailable')
      .describe("What the volume is while its mount answers well and the storage system's API cannot be asked."),
    mount: MountExpectation.default({}),
    options: z.record(z.string(), z.unknown()).nullish().describe('What the backend needs to know.'),
  })
  .refine(({ health_check_interval, health_check_timeout = 0 }) => health_check_timeout < health_check_interval, {
    path: ['health_check_timeout'],
    error: 'expected less than `health_check_interval`',
  });
export type VolumeConfig = z.infer<typeof VolumeConfig>;

/** It travels in an HTTP header. */
export const SharedSecret = z
  .string({ error: 'expected the secret that proxy and manager share' })
  .regex(/^[\x21-\x7e]+( +[\x21-\x7e]+)*$/, { error: 'expected printable ASCII characters' });

/** `storage-proxy.toml`. Tables and keys of Backend.AI that are not needed here are ignored. */
export const ProxyConfig = z.strictObject({
  storage_proxy: z
    .strictObject({ node_id: z.string().optional().describe('Name the proxy gives itself; default: `storage-proxy`.') })
    .default({}),
  api: z
    .strictObject({
      manager: z
        .strictObject({
          service_addr: Address.default({ host: '127.0.0.1', port: 6022 }).describe('Where to listen.'),
          secret: SharedSecret.describe('Shared secret of proxy and manager.'),
          ...ServerTls.shape,
        })
        .superRefine(refuseHalfTls)
        // Absent tables are read as empty ones, so that the message names the secret that is missing.
        .prefault({} as never),
    })
    .prefault({}),
  volhealth: z
    .strictObject({
      listen: Address.optional().describe('Where to listen instead of `service-addr`.'),
      internal_listen: Address.optional().describe('Where to serve whole health reports without the secret, besides.'),
      public_volumes: Switch.default(true).describe('Whether callers without the secret are told of the volumes.'),
      health_status_words: z
        .enum(['design', 'upstream'], { error: 'expected "design" or "upstream"' })
        .default('design')
        .describe('What `/health` calls a proxy that is well: `healthy`, or `ok` as Backend.AI does since 25.17.'),
    })
    .prefault({}),
  volume: z.record(VolumeName, VolumeConfig).default({}),
});
export type ProxyConfig = z.infer<typeof ProxyConfig>;

/** Keys of a Backend.AI `storage-proxy.toml` (22.09 … 26.x) that say nothing to us. */
export const BACKEND_AI_PROXY_KEYS = [
  ...[
    'aiomonitor_port',
    'aiomonitor_termui_port',
    'aiomonitor_webui_port',
    'allow_auto_quota_scope_creation',
    'auto_quota_scope_creation',
    'event_loop',
    'group',
    'ipc_base_path',
    'max_upload_size',
    'num_proc',
    'pid_file',
    'scandir_limit',
    'secret',
    'session_expire',
    'use_experimental_redis_event_dispatcher',
    'use_watcher',
    'user',
    'volume_stats',
    'watcher_insock_path_prefix',
    'watcher_outsock_path_prefix',
  ].map((key) => `storage_proxy.${key}`),
  'api.client',
  'api.manager.announce_addr',
  'api.manager.announce_internal_addr',
  'api.manager.internal_addr',
  'pyroscope',
  'logging',
  'debug',
  'service_discovery',
  'otel',
  'etcd',
  'storages',
  'registries',
  ...[
    'address',
    'dell_admin',
    'dell_api_version',
    'dell_endpoint',
    'dell_ifs_path',
    'dell_password',
    'dell_system_name',
    'dell_username',
    'gpfs_fileset_prefix',
    'gpfs_owner',
    'lock_file_path',
    'mount_source',
    'netapp_nfs_host',
    'netapp_qtree_name',
    'netapp_xcp_catalog_path',
    'netapp_xcp_cmd',
    'netapp_xcp_container_name',
    'netapp_xcp_hostname',
    'password',
    'purity_api_token',
    'purity_api_version',
    'purity_endpoint',
    'purity_fs_name',
    'purity_ssl_verify',
    'share_query_retry',
    'share_query_wait_sec',
    'ssl_config',
    'ssl_enabled',
    'username',
    'vast_cluster_info_cache_ttl',
    'vast_force_login',
    'vast_storage_base_dir',
  ].map((key) => `volume.*.options.${key}`),
  'artifact_storages',
  'artifact_registries',
  'reservoir_client',
] as const;

/**
 * Reads an address in any of Backend.AI's forms; `null` where it is none. IPv6 hosts stand in brackets, and no host at
 * all is every address of the machine.
 */
export function parseAddress(value: unknown): ListenAddress | null {
  if (typeof value === 'string') {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(value) ?? [];
    return address(bracketed ?? plain, port);
  }
  if (Array.isArray(value)) return value.length === 2 ? address(value[0], value[1]) : null;
  if (value === null || typeof value !== 'object') return null;
  const { host, port } = value as Partial<Record<'host' | 'port', unknown>>;
  return address(host, port);
}

function address(host: unknown, port: unknown): ListenAddress | null {
  const number = typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port;
  if (typeof host !== 'string') return null;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number < 65_536
    ? { host: host === '' ? '0.0.0.0' : host, port: number }
    : null;
}
