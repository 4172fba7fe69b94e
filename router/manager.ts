import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import { StorageProxyHealth } from '../schema/storage-proxy-health.ts';
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
