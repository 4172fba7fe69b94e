import { setTimeout as delay } from 'node:timers/promises';
import type { MonotonicClock } from '../backends/backend.ts';
import { readFailure } from '../backends/failure.ts';
import { isAtMountPoint } from '../backends/mount/mount-point.ts';
import type { MountAsker } from '../backends/mount/mount-asker.ts';
import { sharedTable } from '../backends/mount/mount-check.ts';
import { MARKER_NAME } from '../backends/mount/mount-question.ts';
import { createSharing } from '../backends/sharing.ts';
import { printable } from '../schema/printable.ts';
import type { VolumeConfig } from '../schema/proxy-config.ts';
import type { Reason } from '../schema/reason.ts';
import { openVolume } from './open-volume.ts';

export interface MarkOptions {
  readonly askMount: MountAsker;
  readonly clock: MonotonicClock;
  /** Mark a directory that is no mount point, too. */
  readonly notAMount: boolean;
  /** How long the storage may take for each step. */
  readonly timeoutMs?: number;
}

export interface MarkResult {
  readonly outcome: 'marked' | 'already marked' | 'refused';
  /** The file that was written, or why none was. */
  readonly details: string;
}

/** What the mount check may say of a volume that is about to be marked: it lacks nothing but the marker. */
const ONLY_UNMARKED: readonly Reason[] = ['MARKER_MISSING', 'MARKER_VANISHED'];

/**
 * Writes a volume's marker file, by which its storage is known again. Never in the place of
 * another's, nor on a mount that is not the volume's, nor, unless told to, in a directory that is no mount point:
 * that is what lies beneath a mount that is gone. Never rejects, and never waits for a mount that hangs.
 */
export async function markVolume(name: string, config: VolumeConfig, options: MarkOptions): Promise<MarkResult> {
  const { askMount, clock, notAMount, timeoutMs = 5_000 } = options;
  try {
    return await mark();
  } catch (error) {
    return refused(readFailure(error).info ?? 'it cannot be asked');
  }

  async function mark(): Promise<MarkResult> {
    const { path, mount } = config;
    if (mount.marker === false) return refused('its configuration says `marker = false`');
    const checks = openVolume(name, config, {
      askMount,
      clock,
      share: createSharing().join().share,
    });
    const check = checks.find((candidate) => candidate.name === 'mount');
    if (check === undefined) return refused(`a volume of the backend "${config.backend}" is not mounted`);
    // Looked at before it is judged: whatever is mounted there later than that is not marked.
    const evidence = await within(timeoutMs, askMount({ act: 'look', path, xattr: null }));
    const row = evidence.mountId === undefined ? null : await sharedTable.find(evidence.mountId, path);
    const { status, reason, info, summary } = await within(timeoutMs, check.ask(new AbortController().signal));
    if (status !== 'pass' && status !== 'warn' && !ONLY_UNMARKED.includes(reason)) return refused(info ?? summary);
    const text = typeof mount.marker === 'string' ? mount.marker : name;
    const file = `${path}/${MARKER_NAME}`;
    const mountId = evidence.mountId ?? null;
    const { marker } = await within(timeoutMs, askMount({ act: 'marker', path, mountId }));
    if (marker !== undefined && 'text' in marker && marker.text === text) {
      return { outcome: 'already marked', details: file };
    }
    if (!notAMount && !isAtMountPoint({ path, evidence, row })) {
      return refused(`${path} is not a mount point; if it is not meant to be one, say --not-a-mount`);
    }
    const { outcome, found, failure } = await within(timeoutMs, askMount({ act: 'mark', path, mountId, text }));
    if (outcome === 'marked') return { outcome, details: file };
    if (outcome === 'moved') return refused(`something else was mounted at ${path} meanwhile`);
    if (outcome === 'failed') {
      return refused(`${failure?.step ?? 'it'} of ${file} failed: ${failure?.message ?? 'no reason given'}`);
    }
    if (found === undefined || !('text' in found)) return refused(`${file} is there already, and cannot be read`);
    return refused(`${file} is there already, with "${found.text}"`);
  }
}

/** Whoever can write to the volume may have written what is quoted here. */
const refused = (details: string): MarkResult => ({ outcome: 'refused', details: printable(details) });

/** Rejects if the storage has not answered by then. */
async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const deadline = delay(ms, undefined, settled).then(() => {
    throw new Error(`the storage gave no answer within ${ms / 1_000} s`);
  });
  try {
    return await Promise.race([asked, deadline]);
  } finally {
    settled.abort();
  }
}
