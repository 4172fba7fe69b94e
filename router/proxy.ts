import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { z } from 'zod';
import { ProxyEvent } from '../schema/event.ts';
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
  readonly watch: (signal: AbortSignal) => AsyncIterable<ProxyEvent>;
  readonly volumes: () => readonly VolumeEntry[];
}

class VolumeNotFound extends Error {
  override readonly name = 'VolumeNotFound';
  readonly volume: string;
  constructor(volume: string) {
    super(`there is no volume ${JSON.stringify(volume)}`);
    this.volume = volume;
  }
}

const t = initTRPC.context<ProxyContext>().create({
  isDev: false,
  errorFormatter: masked,
  sse: { ping: { enabled: true, intervalMs: 2_000 }, client: { reconnectAfterInactivityMs: 25_000 } },
});

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
    /** A snapshot, then every change, each under the id `epoch:seq`. */
    watch: authorized.input(z.object({ lastEventId: z.string().nullish() }).optional()).subscription(async function* ({
      ctx,
      signal,
    }) {
      for await (const event of ctx.watch(signal ?? new AbortController().signal)) {
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
