import type { TestContext } from 'vitest';
import { createMountRig, type MountRig } from './mounts.ts';
import { type WatchedVolume, watchVolume } from './watched-volume.ts';

/** What one test has for itself, so that tests can run beside each other; it is gone when the test has ended. */
export interface VolumeSite {
  readonly rig: MountRig;
  /** An empty directory, at which the volume is. */
  readonly path: string;
  /** Begins to ask the volume at `path`, unless told otherwise. */
  readonly watch: (config: { backend: string } & Record<string, unknown>) => WatchedVolume;
}

export function createVolumeSite({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): VolumeSite {
  const rig = createMountRig();
  onTestFinished(rig.remove);
  const path = rig.directory('volume');
  return {
    rig,
    path,
    watch(config) {
      const volume = watchVolume({ path, ...config });
      onTestFinished(volume.stop);
      return volume;
    },
  };
}
