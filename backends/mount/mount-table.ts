import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type MountRow, parseMountinfo } from './mountinfo.ts';

export interface MountTableOptions {
  readonly read?: () => Promise<string>;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
}

/** The mounts of this process, shared by all volumes. Reading them never hangs, whatever the mounts do. */
export interface MountTable {
  /** The mount of that id, on which the path lies; `null` where it is not to be seen. May reject: no table. */
  readonly find: (id: number, path: string) => Promise<MountRow | null>;
}

interface Reading {
  readonly startedAtMs: number;
  readonly rows: ReadonlyMap<number, MountRow>;
}

const FRESH_MS = 250;
const MAX_READS = 3;

export function createMountTable(options: MountTableOptions = {}): MountTable {
  const { read = () => readFile('/proc/self/mountinfo', 'utf8'), clock = () => performance.now() } = options;
  let latest: Reading | null = null;
  let pending: Promise<Reading> | null = null;

  return {
    async find(id, path) {
      const calledAtMs = clock();
      const isFresh = latest !== null && calledAtMs - latest.startedAtMs < FRESH_MS;
      const reading = latest !== null && isFresh ? latest : await refresh();
      const row = reading.rows.get(id);
      // A mount may be newer than a reading that began before it was asked for, and have the id of one that is gone.
      if ((row !== undefined && leadsTo(row, path)) || reading.startedAtMs > calledAtMs) return row ?? null;
      return (await refresh()).rows.get(id) ?? null;
    },
  };

  function refresh(): Promise<Reading> {
    pending ??= readTable().finally(() => {
      pending = null;
    });
    return pending;
  }

  async function readTable(): Promise<Reading> {
    const startedAtMs = clock();
    latest = { startedAtMs, rows: parseMountinfo(await readTwiceAlike(read)) };
    return latest;
  }
}

function leadsTo({ mountPoint }: MountRow, path: string): boolean {
  return mountPoint === '/' || `${resolve(path)}/`.startsWith(`${mountPoint}/`);
}

/** Kernels before 5.8 may leave rows out while others mount: what two readings agree on is complete. */
async function readTwiceAlike(read: () => Promise<string>): Promise<string> {
  let text = await read();
  for (let reads = 1; reads < MAX_READS; reads += 1) {
    const again = await read();
    if (again === text) break;
    text = again;
  }
  return text;
}
