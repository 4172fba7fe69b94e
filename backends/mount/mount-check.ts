import { setTimeout as delay } from 'node:timers/promises';
import type { CheckAnswer, CheckDefinition, VolumeToOpen } from '../backend.ts';
import { checkTimeoutMs } from '../backend.ts';
import { judgeMount, NO_MEMORY } from './judge-mount.ts';
import type { MarkerEvidence, MountStep } from './mount-question.ts';
import { createMountTable, type MountTable } from './mount-table.ts';

export interface MountCheckOptions {
  /** Types that the backend's file system has in mountinfo; `null` = any, and a plain directory will do. */
  readonly expectedTypes: readonly string[] | null;
  /** An extended attribute to read, where nothing else asks the server. */
  readonly xattr?: string;
  /** Warn where project quotas are not enforced. */
  readonly needsProjectQuota?: boolean;
  readonly table?: MountTable;
  readonly asRoot?: boolean;
}

export interface MountCheck extends CheckDefinition {
  /** The same as `ask`, with the mount that the answer is about; `null` where that cannot be told. */
  readonly look: () => Promise<{ readonly answer: CheckAnswer; readonly mountId: number | null }>;
}

const MAX_TIMEOUT_MS = 5_000;
/** Of the time for the check. */
const MARKER_SHARE = 0.25;

type MarkerRead = Partial<Pick<MarkerEvidence, 'marker' | 'failure'>>;
const UNREAD: MarkerRead = {};

/** One for all volumes, so that the table is not read once a volume. */
export const sharedTable = createMountTable();

/** The `mount` check of a volume: whether its path can be used, and is still the mount that it was. */
export function mountCheck(
  volume: Omit<VolumeToOpen<unknown>, 'options'>,
  {
    expectedTypes,
    xattr,
    needsProjectQuota = false,
    table = sharedTable,
    asRoot = process.geteuid?.() === 0,
  }: MountCheckOptions,
): MountCheck {
  const { name, path, mount: expectation, capacityWarnPercent } = volume;
  const question = { act: 'look', path, xattr: xattr ?? null } as const;
  const timeoutMs = checkTimeoutMs(volume, MAX_TIMEOUT_MS);
  const standards = {
    path,
    volumeName: name,
    expectation,
    expectedTypes,
    capacityWarnPercent,
    needsProjectQuota,
    asRoot,
  };
  let memory = NO_MEMORY;
  let step: MountStep | null = null;
  return {
    name: 'mount',
    intervalMs: volume.intervalMs,
    timeoutMs,
    pendingStep: () => step,
    ask: async () => (await look()).answer,
    look,
  };

  async function look() {
    step = null;
    const seen = await volume.askMount(question, follow);
    const { marker = null, failure } = seen.failure === undefined ? await readMarker(seen.mountId ?? null) : UNREAD;
    const evidence = failure === undefined ? seen : { ...seen, failure };
    const row = evidence.mountId === undefined ? null : await table.find(evidence.mountId, path);
    const judged = judgeMount({ ...standards, evidence, marker, row }, memory);
    memory = judged.memory;
    return { answer: judged.answer, mountId: evidence.mountId ?? null };
  }

  /** One that must be there is waited for; else the look is worth more than it. */
  async function readMarker(mountId: number | null): Promise<MarkerRead> {
    if (expectation.marker === false) return UNREAD;
    const asked = volume.askMount({ act: 'marker', path, mountId }, follow);
    if (expectation.marker !== undefined) return await asked;
    return await Promise.race([asked.catch(() => UNREAD), delay(timeoutMs * MARKER_SHARE, UNREAD, { ref: false })]);
  }

  function follow(next: MountStep): void {
    step = next;
  }
}
