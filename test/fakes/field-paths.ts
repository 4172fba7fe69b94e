/** An object of an answer, before it is cut down to what was asked for. */
export type Fields = Readonly<Record<string, unknown>>;

/** What lies at `status.nodeState`: one value, or those in the elements of a list, or none. */
export function valuesAt(fields: Fields, path: string): unknown[] {
  return path
    .split('.')
    .reduce<unknown[]>(
      (found, key) => found.flatMap((value) => (isFields(value) && key in value ? [value[key]].flat() : [])),
      [fields],
    );
}

/** The parts of an object that lie at the paths or below them, with the objects around them. */
export function picked(fields: Fields, paths: readonly string[]): Fields {
  return keptFields(fields, (path) => isWithin(path, paths));
}

/** An object without what lies at the paths or below them. */
export function omitted(fields: Fields, paths: readonly string[]): Fields {
  return keptFields(fields, (path) => !isWithin(path, paths));
}

/** Every path in an object, those in objects within and in lists of objects, too. */
export function pathsOf(fields: Fields, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const inner = [value].flat().filter((element) => isFields(element));
    return [`${prefix}${key}`, ...inner.flatMap((element) => pathsOf(element, `${prefix}${key}.`))];
  });
}

/** Whether a path is one of these or below one. */
export function isWithin(path: string, paths: readonly string[]): boolean {
  return paths.some((outer) => path === outer || path.startsWith(`${outer}.`));
}

function keptFields(fields: Fields, isKept: (leaf: string) => boolean, prefix = ''): Fields {
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    const kept = keptValue(value, isKept, `${prefix}${key}`);
    return kept === undefined ? [] : [[key, kept]];
  });
  return Object.fromEntries(entries);
}

function keptValue(value: unknown, isKept: (leaf: string) => boolean, path: string): unknown {
  if (Array.isArray(value) && value.some((element) => isFields(element))) {
    const inner = value.map((element) => keptValue(element, isKept, path)).filter((element) => element !== undefined);
    return inner.length > 0 ? inner : undefined;
  }
  if (!isFields(value)) return isKept(path) ? value : undefined;
  const inner = keptFields(value, isKept, `${path}.`);
  return Object.keys(inner).length > 0 ? inner : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
