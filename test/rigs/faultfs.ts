import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from './fuse-wire.ts';
import { unless, whyNoMounts } from './mounts.ts';

/** `hang`: the request is taken and never answered, so that not even SIGKILL frees the caller. Else an errno. */
export type Fault = 'hang' | number;

/** By operation and directory, as in `statfs volume1`; `.` is the root. What is not named answers well. */
export type Faults = Readonly<Partial<Record<`${Operation} ${string}`, Fault>>>;

/** A FUSE file system of empty directories that hangs or fails where it is told to. */
export interface FaultFs {
  readonly path: (name: string) => string;
  /** Has these faults and no others from now on; what hung and no longer should is answered. */
  readonly set: (faults: Faults) => Promise<void>;
  /** Kills the process behind it: what hangs is freed, and the mount stays, disconnected. */
  readonly kill: () => void;
}

/** Says why there can be no FUSE here; `null` where there can. */
export const whyNoFuse: string | null = whyNoMounts ?? (existsSync('/dev/fuse') ? null : 'there is no /dev/fuse');

export const unlessFuse: string = unless(whyNoFuse);

/** Mounts it; its process dies with this one. Whoever owns the mount point takes the mount away, after `kill`. */
export async function mountFaultFs(mountPoint: string, names: readonly string[] = []): Promise<FaultFs> {
  const daemon = fork(new URL('faultfs-daemon.ts', import.meta.url), [mountPoint, ...names], {
    execArgv: [],
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await Promise.race([
    once(daemon, 'message'),
    once(daemon, 'exit').then(([code]) => Promise.reject(new Error(`faultfs ended with ${code}`))),
  ]);
  return {
    path: (name) => join(mountPoint, name),
    async set(faults) {
      daemon.send(faults);
      await once(daemon, 'message');
    },
    kill: () => void daemon.kill('SIGKILL'),
  };
}
