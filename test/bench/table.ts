/** Rows under a head, each column as wide as it needs; the first is text, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n');
}

/** A figure beside the most it should be. */
export function judged(value: number, { most, digits, unit }: { most: number; digits: number; unit: string }): string {
  return `${value.toFixed(digits)} ${unit}, target at most ${most} ${unit}: ${value <= most ? 'met' : 'MISSED'}`;
}
