const OTHERS = 'what was done';

/** How often each thing was reached, by what stands before its colon, the most frequent first. */
export function coverageTable(counts: ReadonlyMap<string, number>): string {
  const groups = Map.groupBy(counts, ([what]) => splitName(what).group);
  const width = Math.max(0, ...Array.from(counts.keys(), (what) => splitName(what).name.length));
  const figures = Math.max(0, ...Array.from(counts.values(), (count) => figure(count).length));
  return [...groups]
    .toSorted(([a], [b]) => Number(b === OTHERS) - Number(a === OTHERS) || a.localeCompare(b, 'en'))
    .map(([group, entries]) => {
      const lines = entries
        .toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b, 'en'))
        .map(([what, count]) => `  ${splitName(what).name.padEnd(width)}  ${figure(count).padStart(figures)}`);
      return [group, ...lines].join('\n');
    })
    .join('\n\n');
}

export const figure = (count: number): string => count.toLocaleString('en');

function splitName(what: string): { group: string; name: string } {
  const [, group = OTHERS, name = what] = /^([^:]+): (.+)$/.exec(what) ?? [];
  return { group, name };
}
