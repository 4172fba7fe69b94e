import type { Profiler } from 'node:inspector';
import { table } from './table.ts';

const SHOWN = 25;

/**
 * Where a profiled process spent its time: by function itself, and by function with all that it called. `(program)` is
 * what is no JavaScript: the kernel, above all.
 */
export function hotFunctions({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const self = new Map<string, number>();
  const inclusive = new Map<string, number>();
  let totalUs = 0;
  for (const [index, sample] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    totalUs += us;
    add(self, nameOf(byId.get(sample)), us);
    const seen = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) seen.add(nameOf(byId.get(id)));
    for (const name of seen) add(inclusive, name, us);
  }
  const shares = (times: ReadonlyMap<string, number>) =>
    Array.from(times)
      .toSorted(([, a], [, b]) => b - a)
      .filter(([name]) => name !== '(root)' && name !== '(idle)')
      .slice(0, SHOWN)
      .map(([name, us]) => [name, `${((100 * us) / totalUs).toFixed(2)} %`]);
  return [
    table(['itself', 'of one core'], shares(self)),
    table(['with all it calls', 'of one core'], shares(inclusive)),
  ].join('\n\n');
}

function nameOf(node: Profiler.ProfileNode | undefined): string {
  if (node === undefined) return '(unknown)';
  const { functionName, url, lineNumber } = node.callFrame;
  const file = url.replace(/^file:\/\//, '').replace(`${process.cwd()}/`, '');
  return `${functionName || '(anonymous)'} ${file === '' ? '' : `${file}:${lineNumber + 1}`}`.trim();
}

function add(times: Map<string, number>, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us);
}
