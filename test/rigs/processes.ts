import { readdirSync, readFileSync } from 'node:fs';

/** The live children of a process whose command line holds `text`, by their ids. Linux only. */
export function childrenRunning(text: string, parent = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(ppid) === parent && read(`/proc/${pid}/cmdline`).includes(text);
    });
}

/** How many threads of a process are in a call of the kernel's that nothing can interrupt. Linux only. */
export function uninterruptibleThreads(pid: number): number {
  const states = readdirSync(`/proc/${pid}/task`).map((id) => read(`/proc/${pid}/task/${id}/status`));
  return states.filter((status) => /^State:\s+D/m.test(status)).length;
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
