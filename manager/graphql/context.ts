import type { VolumeHealth } from '../../schema/volume-health.ts';
import type { VolumeHost } from '../../schema/volume-host.ts';
import type { Snapshot } from '../snapshot.ts';
import type { VfolderSource } from '../vfolders.ts';

/** What the resolvers look things up in. */
export interface GraphqlContext {
  readonly snapshot: () => Snapshot;
  readonly vfolders: VfolderSource;
  /** Asks the proxy to check the volume now; null as for `Snapshot.volume`. The only call that leaves the process. */
  readonly checkVolume: (host: VolumeHost) => Promise<VolumeHealth | null>;
}
