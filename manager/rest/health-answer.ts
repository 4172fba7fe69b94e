import { z } from 'zod';
import { AskingFailed } from '../../client/failure.ts';
import { Instant } from '../../schema/json.ts';
import { printable } from '../../schema/printable.ts';
import { ReceivedVolumeReport } from '../../schema/volume-report.ts';
import { MAX_VOLUMES, REST_VOLUME_NAME } from './volume-list.ts';
import { Connectivity, connectivityWarning } from './connectivity.ts';

/** What a storage proxy that is none of ours answers when it is asked how it is, in any form that it ever had. */
export interface RestHealth {
  readonly version: string | null;
  readonly warnings: readonly string[];
  /**
   * In the form of BEP-1037 alone, which tells of its volumes: each with the little that is said of it, null where that
   * cannot be read. Null in every other form: the volumes are to be asked for.
   */
  readonly volumes: ReadonlyMap<string, ReceivedVolumeReport | null> | null;
  /** When it was made, by the proxy's own wall clock; null where it does not say. */
  readonly madeMs: number | null;
}

const MAX_VERSION_BYTES = 64;

const version = z
  .string()
  .transform((text) => printable(text, MAX_VERSION_BYTES))
  .nullable()
  .catch(null);

/**
 * `GET /health`: "healthy" alone in 25.15 and 25.16, later "ok" or "degraded" beside the connectivity. Until 25.14 there was
 * none. Every form names the component, but for that of BEP-1037, which may do with its volumes.
 */
const Health = z.object({
  status: z.enum(['healthy', 'ok', 'degraded', 'error']),
  version,
  component: z.string().optional(),
  connectivity: Connectivity.optional().catch(undefined),
  timestamp: Instant.optional().catch(undefined),
  volumes: z.record(z.string(), z.unknown()).optional(),
});

/** `GET /status` and `GET /`, since ever; until 23.03 with a slip of the pen. */
const Status = z.object({
  status: z.literal('ok'),
  type: z.enum(['manager-facing', 'maanger-facing']),
  'storage-proxy': version,
});

/** Whether it is a proxy of ours that answers: no other counts its starts and its changes. */
export function isOfOurs(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'epoch' in value;
}

/**
 * Reads the answer of `/health`, `/status` or `/`; `dateMs` is when it was made by its `Date` header. Throws an
 * `AskingFailed` where somebody else answers, and a `ZodError` where it cannot be read; a single volume never does.
 */
export function parseRestHealth(value: unknown, dateMs: number | null): RestHealth {
  refuseOthers(value);
  const status = Status.safeParse(value).data;
  if (status !== undefined) {
    return { version: status['storage-proxy'], warnings: [], volumes: null, madeMs: dateMs };
  }
  const health = Health.parse(value);
  if (health.volumes === undefined) z.literal('storage-proxy').parse(health.component);
  const { connectivity, timestamp = connectivity?.timestamp } = health;
  const warning = connectivity === undefined ? null : connectivityWarning(connectivity);
  const word = health.status === 'degraded' || health.status === 'error' ? health.status : null;
  const own = word === null ? null : `its own health check says "${word}"`;
  return {
    version: health.version,
    warnings: [warning ?? own ?? []].flat(),
    volumes: health.volumes === undefined ? null : volumesOf(health.volumes),
    madeMs: dateMs ?? (timestamp === undefined ? null : Date.parse(timestamp)),
  };
}

/** An address that leads to another service is a mistake that one can name. */
function refuseOthers(value: unknown): void {
  const { type, component } = (value ?? {}) as { type?: unknown; component?: unknown };
  if (type === 'client-facing') {
    throw new AskingFailed(
      'unreadable',
      'is the client-facing side of a storage proxy: `manager_api` needs its manager-facing address',
    );
  }
  if (typeof component !== 'string' || component === 'storage-proxy') return;
  throw new AskingFailed('unreadable', `is no storage proxy: it calls itself "${printable(component, 40)}"`);
}

function volumesOf(said: Readonly<Record<string, unknown>>): ReadonlyMap<string, ReceivedVolumeReport | null> {
  const named = Object.entries(said).filter(([name]) => REST_VOLUME_NAME.test(name));
  const read = named
    .slice(0, MAX_VOLUMES)
    .map(([name, volume]) => [name, ReceivedVolumeReport.safeParse(withoutDegraded(volume)).data ?? null] as const);
  return new Map(read);
}

/** Backend.AI counts "degraded" among the statuses of a volume. */
function withoutDegraded(volume: unknown): unknown {
  if (typeof volume !== 'object' || volume === null || !('status' in volume)) return volume;
  return volume.status === 'degraded' ? { ...volume, status: 'healthy', degraded: true } : volume;
}
