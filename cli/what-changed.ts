/** Names of things that are there now, are no longer, or are others. */
export interface Changes {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

const MAX_NAMES = 10;

/** `1 volume added (x), 2 removed (y, z)`; nothing where nothing changed. */
export function sayChanges(changes: Changes, { one, many }: { one: string; many: string }): readonly string[] {
  const kinds = (['added', 'removed', 'changed'] as const).filter((kind) => changes[kind].length > 0);
  return kinds.map((kind, index) => {
    const names = changes[kind];
    const count = `${names.length}${index > 0 ? '' : ` ${names.length === 1 ? one : many}`}`;
    return `${count} ${kind} (${[...names.slice(0, MAX_NAMES), ...(names.length > MAX_NAMES ? ['…'] : [])].join(', ')})`;
  });
}

/** The keys of two configurations whose values differ, dotted; an address is one value. */
export function changedKeys(before: unknown, after: unknown, path: readonly string[] = []): readonly string[] {
  if (isTable(before) && isTable(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changedKeys(before[key], after[key], [...path, key]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path.join('.')];
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('port' in value);
