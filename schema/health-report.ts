import { z } from 'zod';
import { PublicVolumeReport, ReceivedVolumeReport, VolumeReport } from './volume-report.ts';

/** `healthy` is the design document's word; the others are those of Backend.AI's health checks since 25.17. */
export const ServiceStatus = z.enum(['healthy', 'ok', 'degraded', 'error']);
export type ServiceStatus = z.infer<typeof ServiceStatus>;

const ServiceFields = {
  status: ServiceStatus.describe('Of the proxy itself, never of its volumes.'),
  version: z.string().describe('Version of the proxy.'),
  component: z.literal('storage-proxy'),
};

const Connectivity = z
  .object({
    overall_healthy: z.boolean(),
    connectivity_checks: z.array(z.never()).describe('A proxy of ours depends on no other service.'),
    timestamp: z.string(),
  })
  .describe("Backend.AI's own connectivity report, which its health clients require.");

/** What `GET /manager-api/health` answers to a caller without the secret. */
export const PublicHealthReport = z.object({
  ...ServiceFields,
  connectivity: Connectivity,
  volumes: z.record(z.string(), PublicVolumeReport),
});
export type PublicHealthReport = z.infer<typeof PublicHealthReport>;

const FeedPosition = {
  proxy: z.string().describe('The name the proxy gives itself; the manager may know it by another.'),
  epoch: z.string().describe('Changes whenever the proxy starts.'),
  seq: z.int().describe('Counts the changes within an epoch; times and figures that move are no change.'),
  mono_ms: z.number().describe("The proxy's monotonic clock when the report was made, in milliseconds."),
};

const Envelope = { ...ServiceFields, ...FeedPosition, connectivity: Connectivity };

/** A proxy's whole answer about its volumes, for a caller with the secret. */
export const HealthReport = z
  .object({
    ...Envelope,
    volumes: z.record(z.string(), VolumeReport).describe('Every configured volume, by name.'),
  })
  .meta({ id: 'HealthReport', description: "A storage proxy's whole answer about its volumes." });
export type HealthReport = z.infer<typeof HealthReport>;

/**
 * The answer to a caller that knows the report of this `epoch` and `seq`: nothing has moved since but times and figures,
 * which the beats of `health.watch` tell, or a text that is about to be published.
 */
export const UnchangedReport = z.object({ ...Envelope, unchanged: z.literal(true) });
export type UnchangedReport = z.infer<typeof UnchangedReport>;

/** The envelope as the manager reads it; each volume is read on its own, so that a bad one costs only itself. */
const ReceivedEnvelope = z.object({
  version: z.string().optional(),
  epoch: z.string(),
  seq: z.int(),
  mono_ms: z.number(),
  volumes: z.record(z.string(), z.unknown()),
});

export interface ReceivedReport extends Omit<z.infer<typeof ReceivedEnvelope>, 'volumes'> {
  /** `null` where the proxy's words about a volume could not be read. */
  readonly volumes: ReadonlyMap<string, ReceivedVolumeReport | null>;
}

/** Reads a foreign proxy's report. Throws a `ZodError` where the envelope is unreadable; a single volume never does. */
export function parseHealthReport(value: unknown): ReceivedReport {
  const { volumes, ...envelope } = ReceivedEnvelope.parse(value);
  const read = Object.entries(volumes).map(
    ([name, volume]) => [name, ReceivedVolumeReport.safeParse(volume).data ?? null] as const,
  );
  return { ...envelope, volumes: new Map(read) };
}

export const ReceivedUnchanged = z.object({
  unchanged: z.literal(true),
  epoch: z.string(),
  seq: z.int(),
  mono_ms: z.number(),
});
export type ReceivedUnchanged = z.infer<typeof ReceivedUnchanged>;

export type HealthAnswer =
  | { readonly type: 'report'; readonly report: ReceivedReport }
  | ({ readonly type: 'unchanged' } & Omit<ReceivedUnchanged, 'unchanged'>);

/**
 * Reads a foreign proxy's answer to a caller who said what it knows; one that has `volumes` is a report. Throws a
 * `ZodError` where it is neither.
 */
export function parseHealthAnswer(value: unknown): HealthAnswer {
  if (typeof value === 'object' && value !== null && 'volumes' in value) {
    return { type: 'report', report: parseHealthReport(value) };
  }
  const { epoch, seq, mono_ms } = ReceivedUnchanged.parse(value);
  return { type: 'unchanged', epoch, seq, mono_ms };
}
