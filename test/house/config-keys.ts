import { z } from 'zod';

/** The keys of each table of a configuration file, by the table's name as a page writes it: `[volume.NAME.mount]`. */
export type Tables = ReadonlyMap<string, readonly string[]>;

/** Reads a configuration's schema; a key that holds a table of its own is that table, not a key. */
export function tablesOf(schema: z.ZodType): Tables {
  const tables = new Map<string, string[]>();
  visit(schema, []);
  return tables;

  /** True if the schema is of a table, or of tables by name. */
  function visit(candidate: z.core.$ZodType, path: readonly string[], isList = false): boolean {
    const { def } = peeled(candidate);
    if (def.type === 'array') return visit(def.element, path, true);
    if (def.type === 'record') return visit(def.valueType, [...path, 'NAME']);
    if (def.type !== 'object') return false;
    if (def.catchall !== undefined) visit(def.catchall, [...path, 'NAME']);
    const keys = Object.entries(def.shape).flatMap(([key, inner]) => (visit(inner, [...path, key]) ? [] : [key]));
    const name = path.join('.');
    if (keys.length > 0) tables.set(isList ? `[[${name}]]` : `[${name}]`, keys);
    return true;
  }
}

/** A page's table rows, ``| `key` | …``, below each of its headings that names a table of a file. */
export function documentedTables(page: string): Tables {
  const sections = Array.from(page.matchAll(/^#+ .*?`(\[.+?\])`.*\n([^]*?)(?=^#|$(?![^]))/gm));
  return new Map(
    sections.map(([, name = '', body = '']) => [
      name,
      Array.from(body.matchAll(/^\| `(\w+)`/gm), ([, key = '']) => key),
    ]),
  );
}

function peeled(schema: z.core.$ZodType): { def: z.core.$ZodTypes['_zod']['def'] } {
  const {
    _zod: { def },
  } = schema as z.core.$ZodTypes;
  switch (def.type) {
    case 'default':
    case 'prefault':
    case 'optional':
    case 'nullable':
      return peeled(def.innerType);
    case 'pipe':
      return peeled(def.in);
    default:
      return { def };
  }
}
