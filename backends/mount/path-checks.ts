import type { CheckDefinition, VolumeToOpen } from '../backend.ts';
import { mountCheck, type MountCheckOptions } from './mount-check.ts';
import { writeCheck } from './write-check.ts';

/** The checks that every volume with a path has, whatever its backend: `mount`, and `write` where it is wanted. */
export function pathChecks(
  volume: Omit<VolumeToOpen<unknown>, 'options'>,
  options: MountCheckOptions,
): readonly CheckDefinition[] {
  const mount = mountCheck(volume, options);
  const { writeIntervalMs } = volume;
  return writeIntervalMs === null ? [mount] : [mount, writeCheck(volume, { intervalMs: writeIntervalMs, mount })];
}
