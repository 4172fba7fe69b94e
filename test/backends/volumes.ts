import type { VolumeToOpen } from '../../backends/backend.ts';
import type { MountAsker } from '../../backends/mount/mount-asker.ts';
import { createSharing } from '../../backends/sharing.ts';

export interface VolumeOptions extends Partial<Omit<VolumeToOpen<unknown>, 'path' | 'askMount'>> {
  readonly path: string;
  readonly askMount?: MountAsker;
}

/** A volume as the configuration gives it when it names the path and nothing else. */
export function volumeAt({ path, askMount = refuse, ...rest }: VolumeOptions): VolumeToOpen<unknown> {
  return {
    name: 'volume1',
    path,
    intervalMs: 30_000,
    timeoutMs: undefined,
    capacityWarnPercent: 90,
    mount: {},
    writeIntervalMs: null,
    isApiOptional: false,
    options: {},
    askMount,
    share: createSharing().join().share,
    clock: { now: Date.now, mono: () => performance.now() },
    ...rest,
  };
}

const refuse: MountAsker = ({ path }) => Promise.reject(new Error(`${path} was asked`));
