import { createLoopDisk } from '../rigs/loop-disk.ts';
import type { MountRig } from '../rigs/mounts.ts';
import { runCommand } from '../rigs/run-command.ts';

/** A disk with an XFS, whose kernel can be told how it is to behave. */
export interface MappedDisk {
  readonly mount: (path: string) => void;
  /** Answers every request with an error. */
  readonly fail: () => void;
  /** Answers no request. */
  readonly hang: () => void;
  /** Answers as it should. */
  readonly recover: () => void;
  /** It must be unmounted. */
  readonly remove: () => void;
}

const NAME = 'volhealth';

/** There can be one at a time. */
export function createMappedDisk(rig: MountRig): MappedDisk {
  const { device } = createLoopDisk(rig, 'xfs');
  const sectors = runCommand('blockdev', '--getsz', device).trim();
  const good = `0 ${sectors} linear ${device} 0`;
  dmsetup('create', NAME, '--table', good);
  dmsetup('mknodes', NAME);
  return {
    mount: (path) => rig.mount('-t', 'xfs', `/dev/mapper/${NAME}`, path),
    fail: () => replaceTable(`0 ${sectors} error`),
    hang: () => dmsetup('suspend', '--noflush', '--nolockfs', NAME),
    recover: () => replaceTable(good),
    remove: () => dmsetup('remove', '--retry', NAME),
  };
}

function replaceTable(table: string): void {
  dmsetup('suspend', '--noflush', '--nolockfs', NAME);
  dmsetup('load', NAME, '--table', table);
  dmsetup('resume', NAME);
}

/** Nobody in the guest waits for devices and makes files for them. */
function dmsetup(...args: string[]): void {
  runCommand('dmsetup', '--noudevsync', '--noudevrules', ...args);
}
