import { resolve } from 'node:path';
import type { MountLook } from './mount-look.ts';

/** Whether a path is where something is mounted: on its own, and not within the mount of a directory above it. */
export function isAtMountPoint({ path, evidence, row }: Pick<MountLook, 'path' | 'evidence' | 'row'>): boolean {
  return row !== null && row.mountPoint === (evidence.realPath ?? resolve(path));
}
