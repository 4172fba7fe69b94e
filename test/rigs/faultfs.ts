import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from './fuse-wire.ts';
import { unless, whyNoMounts } from './mounts.ts';

/**
 * `hang`: the request is taken and never answered, so that not even SIGKILL frees the caller, as it does with
 * `hang until killed`. `garbled`: what is read has other bytes. `half`: half of what is written finds room. Else an errno.
 */
export type Fault = 'hang' | 'hang until killed' | 'garbled' | 'half' | number;

/**
 * By operation and directory, as in `statfs volume1`, which is about all that is in that directory, too; `.` is the
 * root alone. What is not named answers well.
 */
export type Faults = Readonly<Partial<Record<`${Operation} ${string}`, Fault>>>;

export interface FaultFsState {
  /** Every path with its content; that of a directory ends with a slash. */
  readonly files: Readonly<Record<string, string>>;
  /** The requests that are not answered, as `mkdir volume1`. */
  readonly hanging: readonly string[];
}

/** A FUSE file system in memory that hangs or fails where it is told to. */
export interface FaultFs {
  readonly path: (name: string) => string;
  /** Has these faults and no others from now on; what hung and no longer should is answered. */
  readonly set: (faults: Faults) => Promise<void>;
  /** What is in it, told without a call that might hang. */
  readonly state: () => Promise<FaultFsState>;
  /** Kills the process behind it: what hangs is freed, and the mount stays, disconnected. */
  readonly kill: () => void;
}

/** Says why there can be no FUSE here; `null` where there can. */
export const whyNoFuse: string | null = whyNoMounts ?? (existsSync('/dev/fuse') ? null : 'there is no /dev/fuse');

export const unlessFuse: string = unless(whyNoFuse);

/**
 * Mounts it, with empty directories of these names; its process dies with this one. Whoever owns the mount point takes
 * the mount away, after `kill`.
 */
export async function mountFaultFs(mountPoint: string, names: readonly string[] = []): Promise<FaultFs> {
  const daemon = fork(new URL('faultfs-daemon.ts', import.meta.url), [mountPoint, ...names], {
    execArgv: [],
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const answered = async () => {
    const [state] = (await once(daemon, 'message')) as [FaultFsState];
    return state;
  };
  await Promise.race([
    answered(),
    once(daemon, 'exit').then(([code]) => Promise.reject(new Error(`faultfs ended with ${code}`))),
  ]);
  const tell = (faults: Faults | null) => {
    const state = answered();
    daemon.send(faults as Faults);
    return state;
  };
  return {
    path: (name) => join(mountPoint, name),
    set: async (faults) => void (await tell(faults)),
    state: () => tell(null),
    kill: () => void daemon.kill('SIGKILL'),
  };
}
