import { z } from 'zod';
import { HealthReport } from './health-report.ts';
import { VolumeReport } from './volume-report.ts';
import { StorageProxyHealth } from './storage-proxy-health.ts';
import { VolumeHealth } from './volume-health.ts';

/** One message of a proxy's `health.watch` stream: first a snapshot, then changes. */
export const ProxyEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), report: HealthReport }),
  z.object({
    type: z.literal('change'),
    epoch: z.string(),
    seq: z.int(),
    mono_ms: z.number(),
    volume: z.string(),
    report: VolumeReport,
  }),
]);
export type ProxyEvent = z.infer<typeof ProxyEvent>;

/** A volume's effective state moved: what it was, what it is. */
export const VolumeHealthEvent = z
  .object({
    previous: VolumeHealth.nullable().describe('Null when the volume was first seen.'),
    current: VolumeHealth,
  })
  .meta({ id: 'VolumeHealthEvent', description: 'A change of the effective state of a volume.' });
export type VolumeHealthEvent = z.infer<typeof VolumeHealthEvent>;

/** A proxy's state moved. */
export const StorageProxyHealthEvent = z.object({
  previous: StorageProxyHealth.nullable(),
  current: StorageProxyHealth,
});
export type StorageProxyHealthEvent = z.infer<typeof StorageProxyHealthEvent>;
