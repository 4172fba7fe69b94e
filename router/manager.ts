import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import type { ManagerEvent } from '../schema/manager-event.ts';
import type { ObserverHealth } from '../schema/observer-health.ts';
import { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
import type { StorageProxyTransition, VolumeTransition } from '../schema/transition.ts';
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

const t = initTRPC.context<ManagerContext>().create({ isDev: false, errorFormatter: masked });

const ofHost = t.procedure.input(z.object({ host: z.string() }));

/** The manager's contract for TypeScript services: the *effective* health, as every other surface gives it. */
export const managerRouter = t.router({
  storageProxyHealthList: t.procedure.output(z.array(StorageProxyHealth).readonly()).query(({ ctx }) => ctx.proxies()),
  volumeHealthList: t.procedure.output(z.array(VolumeHealth).readonly()).query(({ ctx }) => ctx.volumes()),
  /** Null if the proxy is not configured, or answers and does not report the volume. */
  volumeHealth: ofHost.output(VolumeHealth.nullable()).query(({ ctx, input }) => ctx.volume(hostOf(input.host))),
  checkVolume: ofHost.output(VolumeHealth.nullable()).mutation(({ ctx, input }) => ctx.check(hostOf(input.host))),
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
