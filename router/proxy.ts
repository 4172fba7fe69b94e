import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { z } from 'zod';
import { ProxyEvent } from '../schema/proxy-event.ts';
import { HardwareMetadata } from '../schema/hardware-metadata.ts';
import { HealthReport } from '../schema/health-report.ts';
import { VolumeReport } from '../schema/volume-report.ts';
import { masked } from './masked.ts';

/** A configured volume, without its options: those hold secrets. */
export const VolumeEntry = z.object({
  name: z.string(),
  backend: z.string(),
  path: z.string(),
  fsprefix: z.string(),
});
export type VolumeEntry = z.infer<typeof VolumeEntry>;

/** What a storage proxy offers to its router. A volume that is not configured is `null`. */
export interface ProxyContext {
  readonly authorized: boolean;
  readonly report: () => HealthReport;
  readonly volume: (name: string) => VolumeReport | null;
  readonly hwinfo: (name: string) => HardwareMetadata | null;
  /** Asks the storage now, or joins a check that is under way. */
  readonly check: (name: string) => Promise<VolumeReport | null>;
  /** Ends with `signal`. `lastEventId` is what the reader was given last, as `epoch:seq`; pings come every `pingMs`. */
  readonly watch: (options: ProxyWatchOptions) => AsyncIterable<ProxyEvent>;
  readonly volumes: () => readonly VolumeEntry[];
}

export interface ProxyWatchOptions {
  readonly lastEventId: string | null;
  readonly pingMs: number;
  readonly signal: AbortSignal;
}

class VolumeNotFound extends Error {
  override readonly name = 'VolumeNotFound';
  readonly volume: string;
  constructor(volume: string) {
    super(`there is no volume ${JSON.stringify(volume)}`);
    this.volume = volume;
  }
}

const DEFAULT_PING_MS = 2_000;

const Watching = z.object({
  lastEventId: z.string().nullish(),
  /** The reader knows how many proxies it listens to, and so how often it can afford to hear from each. */
  ping_ms: z.int().min(500).max(60_000).optional(),
});

// Pings are messages of the stream itself: a reader chooses how often, and is told the proxy's clock by each.
const t = initTRPC.context<ProxyContext>().create({ isDev: false, errorFormatter: masked });

const authorized = t.procedure.use(({ ctx, next }) => {
  if (!ctx.authorized) {
    throw new TRPCError({
      code: 'FORBIDDEN',
      message: 'missing or wrong secret: send it as X-BackendAI-Storage-Auth-Token',
    });
  }
  return next();
});

const ofVolume = authorized
  .errors(({ error, shape }) =>
    error.cause instanceof VolumeNotFound
      ? { ...shape, data: { ...shape.data, kind: 'VOLUME_NOT_FOUND' as const, volume: error.cause.volume } }
      : undefined,
  )
  .input(z.object({ volume: z.string() }));

/** The contract of a storage proxy. Every procedure needs the secret. */
export const appRouter = t.router({
  health: t.router({
    report: authorized.output(HealthReport).query(({ ctx }) => ctx.report()),
    volume: ofVolume.output(VolumeReport).query(({ ctx, input }) => found(ctx.volume(input.volume), input.volume)),
    /** Asks the storage now; an answer less than a second old is returned instead. */
    check: ofVolume
      .output(VolumeReport)
      .mutation(async ({ ctx, input }) => found(await ctx.check(input.volume), input.volume)),
    /**
     * A snapshot, unless `lastEventId` can be gone on from; then changes, beats and pings, each under the id `epoch:seq`
     * of the latest change that this reader has been given.
     */
    watch: authorized.input(Watching.optional()).subscription(async function* ({ ctx, input, signal }) {
      const { lastEventId = null, ping_ms: pingMs = DEFAULT_PING_MS } = input ?? {};
      for await (const event of ctx.watch({ lastEventId, pingMs, signal: signal ?? new AbortController().signal })) {
        const { epoch, seq } = event.type === 'snapshot' ? event.report : event;
        yield tracked(`${epoch}:${seq}`, ProxyEvent.parse(event));
      }
    }),
  }),
  volume: t.router({
    list: authorized.output(z.array(VolumeEntry).readonly()).query(({ ctx }) => ctx.volumes()),
    hwinfo: ofVolume.output(HardwareMetadata).query(({ ctx, input }) => found(ctx.hwinfo(input.volume), input.volume)),
  }),
});
export type AppRouter = typeof appRouter;

function found<T>(value: T | null, volume: string): T {
  if (value !== null) return value;
  const cause = new VolumeNotFound(volume);
  throw new TRPCError({ code: 'NOT_FOUND', message: cause.message, cause });
}
