import { constants } from 'node:fs';
import { open, readFile, stat, statfs } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MountEvidence, MountStep } from './mount-asker.ts';

// The worker process that asks mounts: forked, never imported. It is sent one path at a time and answers with the name
// of each step before it makes it, then with the evidence. Every call is asynchronous: the event loop never hangs.

/** Not in `fs.constants`. Such a descriptor names a mount without asking its file system. */
const O_PATH = 0o10_000_000;
const PARENT_MS = 100;

// `process.exit` waits for calls that are parked in the kernel; a signal does not.
for (const end of ['disconnect', 'uncaughtException']) process.on(end, () => process.kill(process.pid, 'SIGKILL'));
// A terminal or a supervisor signals the whole group; when the service ends is for the service to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.on('message', (path: string) => void look(path).then(tell));
tell('ready');

function tell(message: 'ready' | MountStep | MountEvidence): void {
  process.send?.(message);
}

async function look(path: string): Promise<MountEvidence> {
  const evidence: { -readonly [K in keyof MountEvidence]: MountEvidence[K] } = {};
  let step: MountStep = 'identity';
  const begin = (next: MountStep) => {
    step = next;
    tell(step);
  };
  try {
    if (process.platform === 'linux') {
      begin('identity');
      Object.assign(evidence, await mountOf(path, O_PATH));
    }
    begin('stat');
    const stats = await stat(path, { bigint: true });
    const { dev, ino, mode, nlink } = stats;
    evidence.stat = { dev, ino, mode: Number(mode), nlink, isDirectory: stats.isDirectory() };
    begin('open');
    // May bring up an automount: the mount that counts is the one that was opened.
    Object.assign(evidence, await mountOf(path, constants.O_RDONLY | constants.O_DIRECTORY), { opened: true });
    begin('statfs');
    const { type, frsize, bsize, blocks, bfree, bavail, files, ffree } = await statfs(path, { bigint: true });
    evidence.statfs = { type, blockBytes: frsize > 0n ? frsize : bsize, blocks, bfree, bavail, files, ffree };
  } catch (error) {
    evidence.failure = { step, ...systemError(error) };
  }
  return evidence.mountId === undefined ? evidence : { ...evidence, ...(await parentMountOf(path)) };
}

/** The errno by the platform's own count, positive. What is no system error is a mistake of ours, and is thrown on. */
function systemError(error: unknown): { errno: number; message: string } {
  const { code = '', errno, message } = error as NodeJS.ErrnoException;
  if (errno === undefined) throw error;
  const known: Record<string, number> = os.errno;
  return { errno: known[code] ?? Math.abs(errno), message };
}

/** Opens the path and closes it again. */
async function mountOf(path: string, flags: number): Promise<{ mountId?: number }> {
  await using handle = await open(path, flags);
  const text = await readFile(`/proc/self/fdinfo/${handle.fd}`, 'utf8').catch(() => '');
  const id = /^mnt_id:\s*(\d+)$/m.exec(text)?.[1];
  return id === undefined ? {} : { mountId: Number(id) };
}

let isAskingParent = false;

/** Comes last, has a limit, and is never made twice at once: a parent that hangs must not hide what the path answered. */
async function parentMountOf(path: string): Promise<{ parentMountId?: number }> {
  if (isAskingParent) return {};
  isAskingParent = true;
  const asked = mountOf(dirname(path), O_PATH)
    .catch(() => ({ mountId: undefined }))
    .finally(() => {
      isAskingParent = false;
    });
  const { mountId } = await Promise.race([asked, delay(PARENT_MS, { mountId: undefined })]);
  return mountId === undefined ? {} : { parentMountId: mountId };
}
