import type { CheckDefinition, VolumeToOpen } from '../backend.ts';
import { checkTimeoutMs } from '../backend.ts';
import { judgeMount, NO_MEMORY } from './judge-mount.ts';
import type { MountStep } from './mount-asker.ts';
import { createMountTable, type MountTable } from './mount-table.ts';

export interface MountCheckOptions {
  /** Types that the backend's file system has in mountinfo; `null` = any, and a plain directory will do. */
  readonly expectedTypes: readonly string[] | null;
  readonly mounts?: MountTable;
  readonly asRoot?: boolean;
}

const MAX_TIMEOUT_MS = 5_000;

/** One for all volumes, so that the table is not read once a volume. */
const sharedMounts = createMountTable();

/** The `mount` check of a volume: whether its path can be used, and is still the mount that it was. */
export function mountCheck(
  volume: Omit<VolumeToOpen<unknown>, 'options'>,
  { expectedTypes, mounts = sharedMounts, asRoot = process.geteuid?.() === 0 }: MountCheckOptions,
): CheckDefinition {
  const { path, mount: expectation, capacityWarnPercent } = volume;
  let memory = NO_MEMORY;
  let step: MountStep | null = null;
  return {
    name: 'mount',
    intervalMs: volume.intervalMs,
    timeoutMs: checkTimeoutMs(volume, MAX_TIMEOUT_MS),
    pendingStep: () => step,
    async ask() {
      step = null;
      const evidence = await volume.askMount(path, (next) => {
        step = next;
      });
      const row = evidence.mountId === undefined ? null : await mounts.find(evidence.mountId);
      const judged = judgeMount(
        { path, evidence, row, expectation, expectedTypes, capacityWarnPercent, asRoot },
        memory,
      );
      memory = judged.memory;
      return judged.answer;
    },
  };
}
