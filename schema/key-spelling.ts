export interface TwiceWritten {
  readonly path: readonly string[];
  readonly keys: readonly string[];
}

/** Tables whose keys are names that somebody chose. */
const TABLES_OF_NAMES: ReadonlySet<string> = new Set(['.volume', '.proxies', '.volumes.proxies']);

/** Bare kebab-case keys as snake_case: Backend.AI accepts both. Names of volumes and proxies stay as written. */
export function snakeCased(value: unknown, path = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => snakeCased(item, `${path}.`));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = TABLES_OF_NAMES.has(path) ? key : key.replaceAll('-', '_');
    return [name, snakeCased(inner, `${path}.${name}`)] as const;
  });
  return Object.fromEntries(entries);
}

/** Keys that differ only in their spelling, so that one of them would be lost without a word. */
export function writtenTwice(value: unknown, path: readonly string[] = []): readonly TwiceWritten[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Date) return [];
  const isOfNames = TABLES_OF_NAMES.has(path.map((key) => `.${key}`).join(''));
  const spellings = Object.groupBy(Object.keys(value), (key) => (isOfNames ? key : key.replaceAll('-', '_')));
  return Object.entries(spellings).flatMap(([name, keys = []]) =>
    keys.length > 1
      ? [{ path: [...path, name], keys }]
      : writtenTwice((value as Record<string, unknown>)[keys[0]!], [...path, name]),
  );
}
