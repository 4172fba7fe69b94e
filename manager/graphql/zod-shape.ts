import { z } from 'zod';

export interface Named {
  /** The schema that carries the id: the same one for all its clones. */
  readonly origin: z.core.$ZodType;
  readonly id: string;
  readonly description: string;
  /** What each word of an enum means, in the order of its options: a keyword that editors of JSON Schema know. */
  readonly enumDescriptions?: readonly string[];
  /** Of words of an enum that must go, as `deprecationReason` of a field. */
  readonly enumDeprecationReasons?: Readonly<Record<string, string>>;
}

const JSON_KINDS = new Set<string>(['string', 'number', 'boolean', 'null', 'array', 'record']);

/** The name and description that a zod schema has in GraphQL. */
export function named(schema: z.core.$ZodType): Named {
  for (let origin: z.core.$ZodType | undefined = schema; origin !== undefined; origin = parentOf(origin)) {
    const meta = z.globalRegistry.get(origin);
    if (meta?.id !== undefined && meta.description !== undefined) return { ...meta, origin } as Named;
  }
  throw new Error(`a zod schema of kind "${defOf(schema).type}" needs \`.meta({ id, description })\` in GraphQL`);
}

export interface Peeled {
  readonly inner: z.core.$ZodTypes;
  readonly nullable: boolean;
  readonly description: string | undefined;
  /** Of a field that must go: `Until YYYY-MM-DD: ` and what to ask for instead. */
  readonly deprecationReason: string | undefined;
}

/** Takes off the wrappers that change no value. The outermost description counts, and the outermost deprecation. */
export function peeled(schema: z.core.$ZodType): Peeled {
  const inner = schema as z.core.$ZodTypes;
  const def = defOf(schema);
  const { description, deprecationReason } = metaOf(schema);
  switch (def.type) {
    case 'nullable':
    case 'optional':
    case 'default':
    case 'catch':
    case 'readonly': {
      const under = peeled(def.innerType);
      const nullable = under.nullable || def.type === 'nullable' || def.type === 'optional';
      return {
        ...under,
        nullable,
        description: description ?? under.description,
        deprecationReason: deprecationReason ?? under.deprecationReason,
      };
    }
    default:
      return { inner, nullable: false, description, deprecationReason };
  }
}

interface Meta {
  readonly description?: string;
  readonly deprecationReason?: string;
}

const metaOf = (schema: z.core.$ZodType): Meta => (z.globalRegistry.get(schema) ?? {}) as Meta;

/** A record, or `z.json()`: zod writes it as a lazy union of what JSON has. */
export function isJson(schema: z.core.$ZodType): boolean {
  const def = defOf(schema);
  if (def.type !== 'lazy') return def.type === 'record';
  const union = defOf(def.getter());
  return union.type === 'union' && union.options.every((option) => JSON_KINDS.has(defOf(option).type));
}

export function defOf(schema: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] {
  const { _zod: internals } = schema as z.core.$ZodTypes;
  return internals.def;
}

const parentOf = ({ _zod: { parent } }: z.core.$ZodType) => parent;
