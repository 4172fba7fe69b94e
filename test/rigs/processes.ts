import { readdirSync, readFileSync } from 'node:fs';

/** The live children of a process whose command line holds `text`, by their ids. Linux only. */
export function childrenRunning(text: string, parent = process.pid): number[] {
  return liveProcesses()
    .filter((found) => found.parent === parent && read(`/proc/${found.pid}/cmdline`).includes(text))
    .map(({ pid }) => pid);
}

/** The names of the live processes of a process group. Linux only. */
export function namesInGroup(leader: number): string[] {
  return liveProcesses()
    .filter(({ group }) => group === leader)
    .map(({ pid }) => read(`/proc/${pid}/comm`).trim());
}

/** Kills every process, whosever child it is, that has exactly this among its arguments. Linux only. */
export function killStartedWith(argument: string): void {
  for (const { pid } of liveProcesses()) {
    if (!read(`/proc/${pid}/cmdline`).split('\0').includes(argument)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/**
 * Looks, each time it is called, for threads of a process that are in a call of the kernel's that nothing can
 * interrupt, and gives for how many looks in a row the longest of them has been. Any read of a disk takes a look or
 * two; a thread that is parked stays. Linux only.
 */
export function createParkingWatch(pid: number): () => number {
  let looks = new Map<string, number>();
  return () => {
    const uninterruptible = readdirSync(`/proc/${pid}/task`).filter((id) =>
      /^State:\s+D/m.test(read(`/proc/${pid}/task/${id}/status`)),
    );
    looks = new Map(uninterruptible.map((id) => [id, (looks.get(id) ?? 0) + 1]));
    return Math.max(0, ...looks.values());
  };
}

function liveProcesses(): { pid: number; parent: number; group: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(`/proc/${name}/stat`);
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat === '' || state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), group: Number(group) }];
    });
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
