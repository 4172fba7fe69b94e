import type { ManagerContext } from '../../router/manager.ts';
import type { VolumeHealth } from '../../schema/volume-health.ts';
import type { VolumeHost } from '../../schema/volume-host.ts';
import type { Snapshot } from '../snapshot.ts';
import type { VfolderSource } from '../vfolders.ts';

/** What the resolvers look things up in. */
export interface GraphqlContext extends Pick<ManagerContext, 'observer' | 'volumeHistory' | 'proxyHistory' | 'watch'> {
  readonly snapshot: () => Snapshot;
  readonly vfolders: VfolderSource;
  /** Asks the proxy to check the volume now; null as for `Snapshot.volume`. The only call that leaves the process. */
  readonly checkVolume: (host: VolumeHost) => Promise<VolumeHealth | null>;
}
