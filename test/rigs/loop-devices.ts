import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const BLOCK_DEVICES = '/sys/block';

/** Makes a disk of a file; returns its device, such as `/dev/loop0`. */
export function attachLoopDevice(image: string): string {
  return runCommand('losetup', '--find', '--show', image).trim();
}

/** Detaches every disk whose file is one of these. One that is still in use goes when it no longer is. */
export function detachLoopDevices(isOurs: (image: string) => boolean): void {
  for (const name of readdirSync(BLOCK_DEVICES)) {
    if (!isOurs(imageOf(name))) continue;
    try {
      runCommand('losetup', '--detach', `/dev/${name}`);
    } catch {
      // It has gone meanwhile.
    }
  }
}

/** Empty for a device that is no disk made of a file. */
function imageOf(name: string): string {
  try {
    return readFileSync(join(BLOCK_DEVICES, name, 'loop/backing_file'), 'utf8');
  } catch {
    return '';
  }
}
