import { setTimeout as delay } from 'node:timers/promises';
import type { CheckAnswer, CheckDefinition, VolumeToOpen } from '../backend.ts';
import { checkTimeoutMs } from '../backend.ts';
import { judgeMount, type MountMemory, NO_MEMORY } from './judge-mount.ts';
import { OwnTrouble } from './mount-asker.ts';
import type { MountLook } from './mount-look.ts';
import type { MarkerEvidence, MountStep } from './mount-question.ts';
import { mayLookAnywhere } from './own-rights.ts';
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
/** How much of the check's time a marker is waited for; and how much has passed at the most when that ends. */
const MARKER_SHARE = 0.25;
const LOOK_SHARE = 0.8;

/** What a volume keeps from look to look. */
interface Kept {
  memory: MountMemory;
  step: MountStep | null;
  /** A call for the marker is still out that is no longer waited for. */
  hasGivenUp: boolean;
}

type MarkerRead = Partial<MarkerEvidence>;
const UNREAD: MarkerRead = {};

/** One for all volumes, so that the table is not read once a volume. */
export const sharedTable = createMountTable();
/** What this process may do does not change, and is read once. */
const looksAnywhere = mayLookAnywhere();

/** The `mount` check of a volume: whether its path can be used, and is still the mount that it was. */
export function mountCheck(
  volume: Omit<VolumeToOpen<unknown>, 'options'>,
  { expectedTypes, xattr, needsProjectQuota = false, table = sharedTable, asRoot = looksAnywhere }: MountCheckOptions,
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
  const kept = volume.share<Kept>(JSON.stringify(['mount', name, path, expectation, expectedTypes]), () => ({
    memory: NO_MEMORY,
    step: null,
    hasGivenUp: false,
  }));
  return {
    name: 'mount',
    intervalMs: volume.intervalMs,
    timeoutMs,
    pendingStep: () => kept.step,
    ask: async () => (await look()).answer,
    look,
  };

  async function look() {
    const seen = (await lookOnce()) ?? (await lookOnce());
    if (seen === null) throw new OwnTrouble(`what is mounted at ${path} changes while it is looked at`);
    const judged = judgeMount({ ...standards, ...seen }, kept.memory);
    kept.memory = judged.memory;
    return { answer: judged.answer, mountId: seen.evidence.mountId ?? null };
  }

  /** Null where another mount came between its parts. */
  async function lookOnce(): Promise<Pick<MountLook, 'evidence' | 'marker' | 'row'> | null> {
    kept.step = null;
    const startedMs = performance.now();
    const evidence = await volume.askMount(question, follow);
    const { mountId, failure } = evidence;
    const row = mountId === undefined ? null : await table.find(mountId, evidence.realPath ?? path);
    if (failure !== undefined) return { evidence, marker: null, row };
    const read = await readMarker(mountId ?? null, performance.now() - startedMs);
    if (read.outcome === 'moved') return null;
    const { marker = null } = read;
    return { evidence: read.failure === undefined ? evidence : { ...evidence, failure: read.failure }, marker, row };
  }

  /** One that must be there is waited for. Else the look is worth more than it: a call once given up is let be. */
  async function readMarker(mountId: number | null, elapsedMs: number): Promise<MarkerRead> {
    if (expectation.marker === false || kept.hasGivenUp) return UNREAD;
    const asked = volume.askMount({ act: 'marker', path, mountId }, follow);
    if (expectation.marker !== undefined) return await asked;
    const waitMs = Math.max(0, Math.min(timeoutMs * MARKER_SHARE, timeoutMs * LOOK_SHARE - elapsedMs));
    const answered = asked.catch(() => UNREAD);
    const read = await Promise.race([answered, delay(waitMs, null, { ref: false })]);
    if (read !== null) return read;
    kept.hasGivenUp = true;
    void answered.finally(() => {
      kept.hasGivenUp = false;
    });
    return UNREAD;
  }

  function follow(next: MountStep): void {
    kept.step = next;
  }
}
