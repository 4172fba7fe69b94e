import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { z } from 'zod';
import { HistoryLength } from '../schema/history-length.ts';
import type { ManagerEvent } from '../schema/manager-event.ts';
import { ObserverHealth } from '../schema/observer-health.ts';
import { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import { StorageProxyTransition, VolumeTransition } from '../schema/transition.ts';
import { VolumeHealth } from '../schema/volume-health.ts';
import { parseVolumeHost, type VolumeHost } from '../schema/volume-host.ts';
import { masked } from './masked.ts';

/** What the manager offers to its router. A host whose proxy or volume is not known is `null`. */
export interface ManagerContext {
  readonly proxies: () => readonly StorageProxyHealth[];
  readonly volumes: () => readonly VolumeHealth[];
  readonly volume: (host: VolumeHost) => VolumeHealth | null;
  /** Has the proxy ask the storage now. */
  readonly check: (host: VolumeHost) => Promise<VolumeHealth | null>;
  /** What the manager says of itself. */
  readonly observer: () => ObserverHealth;
  /** The latest transitions of a volume, the oldest first; at most `last` of them. */
  readonly volumeHistory: (host: VolumeHost, last: number) => readonly VolumeTransition[];
  readonly proxyHistory: (proxyName: string, last: number) => readonly StorageProxyTransition[];
  /** The state, unless `lastEventId` can be gone on from, then every change of it; ends with `signal`. */
  readonly watch: (options: ManagerWatchOptions) => AsyncIterable<ManagerEvent>;
}

export interface ManagerWatchOptions {
  /** Of this volume alone; null for all. */
  readonly host: VolumeHost | null;
  /** The `id` of the latest event that the subscriber has; null for a new one. */
  readonly lastEventId: string | null;
  readonly signal: AbortSignal;
}

const PING_MS = 10_000;

/** The id of a part of a snapshot with more to come: no position, so that nobody goes on from there. */
const INCOMPLETE = 'incomplete';

const t = initTRPC.context<ManagerContext>().create({
  isDev: false,
  errorFormatter: masked,
  sse: { ping: { enabled: true, intervalMs: PING_MS } },
});

const Watching = z.object({
  /** Only events of this volume; without it, of every volume and proxy, and of the manager itself. */
  host: z.string().nullish(),
  lastEventId: z.string().nullish(),
});

const ofHost = t.procedure.input(z.object({ host: z.string() }));

/** The manager's contract for TypeScript services: the *effective* health, as every other surface gives it. */
export const managerRouter = t.router({
  storageProxyHealthList: t.procedure.output(z.array(StorageProxyHealth).readonly()).query(({ ctx }) => ctx.proxies()),
  volumeHealthList: t.procedure.output(z.array(VolumeHealth).readonly()).query(({ ctx }) => ctx.volumes()),
  /** Null if the proxy is not configured, or answers and does not report the volume. */
  volumeHealth: ofHost.output(VolumeHealth.nullable()).query(({ ctx, input }) => ctx.volume(hostOf(input.host))),
  checkVolume: ofHost.output(VolumeHealth.nullable()).mutation(({ ctx, input }) => ctx.check(hostOf(input.host))),
  observerHealth: t.procedure.output(ObserverHealth).query(({ ctx }) => ctx.observer()),
  /** The latest transitions, the oldest first. */
  volumeHistory: t.procedure
    .input(z.object({ host: z.string(), last: HistoryLength }))
    .output(z.array(VolumeTransition).readonly())
    .query(({ ctx, input }) => ctx.volumeHistory(hostOf(input.host), input.last)),
  proxyHistory: t.procedure
    .input(z.object({ proxy: z.string(), last: HistoryLength }))
    .output(z.array(StorageProxyTransition).readonly())
    .query(({ ctx, input }) => ctx.proxyHistory(input.proxy, input.last)),
  /**
   * The state, unless `lastEventId` can be gone on from, then every change of it, each as `{ id, data }`. A reader that is
   * cut within a snapshot begins with a snapshot again.
   */
  watch: t.procedure.input(Watching.optional()).subscription(async function* ({ ctx, input, signal }) {
    const { host, lastEventId = null } = input ?? {};
    const watching = {
      host: host == null ? null : hostOf(host),
      lastEventId,
      signal: signal ?? new AbortController().signal,
    };
    // Not parsed again: the events are made by typed code of ours, and every subscriber would pay for it.
    for await (const event of ctx.watch(watching)) yield tracked(event.id ?? INCOMPLETE, event);
  }),
});
export type ManagerRouter = typeof managerRouter;

function hostOf(text: string): VolumeHost {
  const host = parseVolumeHost(text);
  if (host !== null) return host;
  throw new TRPCError({
    code: 'BAD_REQUEST',
    message: `${JSON.stringify(text)} is not a volume host: expected one such as "proxy1:volume1"`,
  });
}
