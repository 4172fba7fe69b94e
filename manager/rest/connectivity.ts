import { z } from 'zod';
import { Instant } from '../../schema/json.ts';

const ConnectivityCheck = z.object({
  service_group: z.string().catch(''),
  component_id: z.string().catch(''),
  is_healthy: z.boolean(),
});

/** What a storage proxy of Backend.AI says of the services that it needs itself. */
export const Connectivity = z.object({
  overall_healthy: z.boolean(),
  connectivity_checks: z.array(ConnectivityCheck).catch([]),
  timestamp: Instant.optional().catch(undefined),
});
export type Connectivity = z.infer<typeof Connectivity>;

/** The words of these are Backend.AI's own, and give nothing away. */
const GROUPS: Readonly<Record<string, string>> = {
  agent: 'agents',
  api: 'an API',
  appproxy: 'the app proxy',
  container: 'the container engine',
  database: 'the database',
  etcd: 'etcd',
  manager: 'the manager',
  prometheus: 'Prometheus',
  redis: 'Valkey',
  'storage-proxy': 'another storage proxy',
};

/** Which of the services the proxy cannot reach; null where it reaches all. Of unknown ones it gives the number alone. */
export function connectivityWarning({ overall_healthy, connectivity_checks }: Connectivity): string | null {
  const failed = connectivity_checks.filter(({ is_healthy }) => !is_healthy);
  if (failed.length === 0) return overall_healthy ? null : 'it says of itself that it is not well connected';
  const known = failed.flatMap(({ service_group }) => (Object.hasOwn(GROUPS, service_group) ? [service_group] : []));
  const others = failed.length - known.length;
  const names = [...new Set(known)].toSorted().map((group) => GROUPS[group] ?? group);
  if (others > 0) names.push(others === 1 ? 'another service' : `${others} other services`);
  return `it cannot reach ${names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0]}`;
}
