/** An object of an answer, before it is cut down to what was asked for. */
export type Fields = Readonly<Record<string, unknown>>;

/** What lies at `status.nodeState`; undefined if nothing does. */
export function valueAt(fields: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : undefined), fields);
}

/** The parts of an object that lie at the paths or below them, with the objects around them. */
export function picked(fields: Fields, paths: readonly string[]): Fields {
  return keptFields(fields, (path) => paths.some((asked) => path === asked || path.startsWith(`${asked}.`)));
}

/** An object without what lies at the paths or below them. */
export function omitted(fields: Fields, paths: readonly string[]): Fields {
  return keptFields(fields, (path) => !paths.some((left) => path === left || path.startsWith(`${left}.`)));
}

/** Every path in an object, those of the objects within, too. Lists count as values. */
export function pathsOf(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    isFields(value) ? [key, ...pathsOf(value).map((path) => `${key}.${path}`)] : [key],
  );
}

function keptFields(fields: Fields, isKept: (leaf: string) => boolean, prefix = ''): Fields {
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    const path = `${prefix}${key}`;
    if (!isFields(value)) return isKept(path) ? [[key, value]] : [];
    const inner = keptFields(value, isKept, `${path}.`);
    return Object.keys(inner).length > 0 ? [[key, inner]] : [];
  });
  return Object.fromEntries(entries);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
