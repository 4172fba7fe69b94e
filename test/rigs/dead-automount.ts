import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MountRig, whyNoMounts } from './mounts.ts';
import { runCommand } from './run-command.ts';

/** Says why there can be no automount here; `null` where there can. */
export const whyNoAutomount: string | null =
  whyNoMounts ?? (/\tautofs$/m.test(readFileSync('/proc/filesystems', 'utf8')) ? null : 'the kernel has no autofs');

/** Mounts what an automounter that has died leaves behind: whoever comes by is told that nothing is there. */
export function mountDeadAutomount(rig: MountRig, path: string): void {
  const requests = join(rig.directory('automounter'), 'requests');
  runCommand('mkfifo', requests);
  const reader = openSync(requests, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(requests, constants.O_WRONLY);
  try {
    // In a session of its own: an automounter's own group walks through its mount without being stopped.
    const mount = ['mount', '-i', '-t', 'autofs', '-o', 'fd=3,minproto=5,maxproto=5,direct', 'automounter', path];
    execFileSync('setsid', ['--wait', ...mount], { cwd: '/', stdio: ['ignore', 'pipe', 'pipe', writer] });
  } finally {
    closeSync(writer);
    closeSync(reader);
  }
}
