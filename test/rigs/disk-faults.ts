import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runCommand } from './run-command.ts';

const SMALLEST_BLOCK = 512;

/** The file system gives up, as XFS and ext4 do when they no longer trust their disk. */
export function shutDown(path: string): void {
  runCommand('xfs_io', '-x', '-c', 'shutdown', path);
}

/** An error is found in an ext4: it goes on as its option `errors=` says. */
export function reportErrorOfExt4(device: string): void {
  writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, '1');
}

/** Whoever writes waits until it is thawed. */
export function freeze(path: string): void {
  runCommand('fsfreeze', '--freeze', path);
}

export function thaw(path: string): void {
  runCommand('fsfreeze', '--unfreeze', path);
}

/** Has a new file take this share of what is left. */
export function takeSpace(file: string, share: number): void {
  const { bavail, bsize } = statfsSync(dirname(file));
  runCommand('fallocate', '--length', String(Math.floor(bavail * bsize * share)), file);
}

/** Has a new file take space until there is not a block to be had. */
export function fill(file: string): void {
  const { blocks, bsize } = statfsSync(dirname(file));
  let offset = 0;
  for (let length = blocks * bsize; length >= SMALLEST_BLOCK; ) {
    try {
      runCommand('fallocate', '--offset', String(offset), '--length', String(length), file);
      offset += length;
    } catch {
      length = Math.floor(length / 2);
    }
  }
}

/** Makes empty files in a new directory until there is not an inode to be had. */
export function useUpInodes(directory: string): void {
  mkdirSync(directory);
  for (let count = 0; ; count += 1) {
    try {
      writeFileSync(join(directory, String(count)), '');
    } catch {
      return;
    }
  }
}
