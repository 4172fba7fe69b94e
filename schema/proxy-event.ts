import { z } from 'zod';
import { Check } from './check.ts';
import { HealthReport, type ReceivedReport, parseHealthReport } from './health-report.ts';
import { ReceivedVolumeReport, VolumeReport } from './volume-report.ts';

/**
 * What every check of a volume measures anew though its verdict stays: times, and the figures of metadata and details.
 * Figures are there where they moved.
 */
export const Measured = VolumeReport.pick({
  last_checked_at: true,
  probe_ms: true,
  checked_mono_ms: true,
  next_check_mono_ms: true,
}).extend({
  metadata: VolumeReport.shape.metadata.optional(),
  checks: z.array(
    Check.pick({ name: true, checked_at: true, duration_ms: true }).extend({ info: Check.shape.info.optional() }),
  ),
});
export type Measured = z.infer<typeof Measured>;

const Position = {
  epoch: z.string().describe('Changes whenever the proxy starts.'),
  seq: z.int().describe('The latest change that the reader of this stream has been given, this one included.'),
  mono_ms: z.number().describe("The proxy's monotonic clock when the message was made, in milliseconds."),
};

/**
 * One message of a proxy's `health.watch` stream: a snapshot, unless the reader could go on from where it was; then
 * changes; beats, with what was measured of volumes of which nothing else has moved; and pings, where there is nothing to say.
 */
export const ProxyEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), report: HealthReport }),
  z.object({
    type: z.literal('change'),
    ...Position,
    after: z
      .int()
      .describe('The `seq` before it in this stream: a reader that has not got so far has missed something.'),
    volume: z.string(),
    report: VolumeReport,
  }),
  z.object({ type: z.literal('beat'), ...Position, volumes: z.record(z.string(), Measured) }),
  z.object({ type: z.literal('ping'), ...Position }),
]);
export type ProxyEvent = z.infer<typeof ProxyEvent>;

const ReceivedPosition = { epoch: z.string(), seq: z.int(), mono_ms: z.number() };

const ReceivedEnvelope = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), report: z.unknown() }),
  z.object({
    type: z.literal('change'),
    ...ReceivedPosition,
    after: z.int(),
    volume: z.string(),
    report: z.unknown(),
  }),
  z.object({ type: z.literal('beat'), ...ReceivedPosition, volumes: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('ping'), ...ReceivedPosition }),
]);

type Envelope<Type extends string> = Extract<z.infer<typeof ReceivedEnvelope>, { type: Type }>;

/** A message as the manager reads it: what cannot be read about a volume is null, and costs only that volume. */
export type ReceivedEvent =
  | { readonly type: 'snapshot'; readonly report: ReceivedReport }
  | (Omit<Envelope<'change'>, 'report'> & { readonly report: ReceivedVolumeReport | null })
  | (Omit<Envelope<'beat'>, 'volumes'> & { readonly volumes: ReadonlyMap<string, ReceivedMeasured | null> })
  | Envelope<'ping'>;

/** What was measured of a volume, as the manager reads it: the times by which it reckons are required. */
export const ReceivedMeasured = Measured.partial().required({ last_checked_at: true, checked_mono_ms: true });
export type ReceivedMeasured = z.infer<typeof ReceivedMeasured>;

/** Reads a foreign proxy's message. Throws a `ZodError` where the envelope is unreadable; a single volume never does. */
export function parseProxyEvent(value: unknown): ReceivedEvent {
  const event = ReceivedEnvelope.parse(value);
  switch (event.type) {
    case 'snapshot':
      return { type: 'snapshot', report: parseHealthReport(event.report) };
    case 'change':
      return { ...event, report: ReceivedVolumeReport.safeParse(event.report).data ?? null };
    case 'beat': {
      const volumes = Object.entries(event.volumes).map(
        ([name, times]) => [name, ReceivedMeasured.safeParse(times).data ?? null] as const,
      );
      return { ...event, volumes: new Map(volumes) };
    }
    default:
      return event;
  }
}
