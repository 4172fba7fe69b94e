import type { EnumRef, FieldRef, ObjectRef, SchemaTypes } from '@pothos/core';
import type { z } from 'zod';
import { defOf, isJson, named, peeled } from './zod-shape.ts';

/** `last_checked_at` as `lastCheckedAt`. */
export type CamelCase<Text extends string> = Text extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;

/** One GraphQL field for each key of a zod object. */
export type ZodFields<Types extends SchemaTypes, Schema extends z.ZodObject, Omitted extends string = never> = {
  [Key in Exclude<keyof z.output<Schema> & string, Omitted> as CamelCase<Key>]: FieldRef<Types>;
};

type FieldBuilder<Types extends SchemaTypes, Schema extends z.ZodObject> = PothosSchemaTypes.ObjectFieldBuilder<
  Types,
  z.output<Schema>
>;

/**
 * Derives GraphQL types from zod schemas: a field added to a schema is a field of its type. Types are named by
 * `.meta({ id })` of the schema or of the one it was cloned from, and what must go is deprecated by
 * `.meta({ deprecationReason })`. A kind of schema that has no counterpart throws
 * when the GraphQL schema is built. The builder must know the scalars `DateTime` and `JSON`.
 */
export function fromZod<Types extends SchemaTypes>(builder: PothosSchemaTypes.SchemaBuilder<Types>) {
  const made = new Map<z.core.$ZodType, unknown>();

  function enumType<Schema extends z.ZodEnum>(schema: Schema): EnumRef<Types, z.output<Schema>> {
    const { origin, id, description, enumDescriptions, enumDeprecationReasons } = named(schema);
    const values = schema.options.map((word, index) => [
      String(word).replace(/\W+/g, '_').toUpperCase(),
      { value: word, description: enumDescriptions?.[index], deprecationReason: enumDeprecationReasons?.[word] },
    ]);
    if (!made.has(origin)) {
      made.set(origin, builder.enumType(id, { description, values: Object.fromEntries(values) }));
    }
    return made.get(origin) as EnumRef<Types, z.output<Schema>>;
  }

  /** A type with the fields of `schema`, and with those of `more`, which only GraphQL has. */
  function objectType<Schema extends z.ZodObject>(
    schema: Schema,
    more?: (t: FieldBuilder<Types, Schema>) => Record<string, FieldRef<Types>>,
  ): ObjectRef<Types, z.output<Schema>> {
    const { origin, id, description } = named(schema);
    if (!made.has(origin)) {
      const allFields = (t: FieldBuilder<Types, Schema>) => ({ ...fields(t, schema), ...more?.(t) });
      made.set(origin, builder.objectRef(id).implement({ description, fields: allFields } as never));
    }
    return made.get(origin) as ObjectRef<Types, z.output<Schema>>;
  }

  /** The fields of `schema` alone, to be spread into a type that is made by hand. */
  function fields<Schema extends z.ZodObject, const Omitted extends keyof z.output<Schema> & string = never>(
    t: FieldBuilder<Types, Schema>,
    schema: Schema,
    omitted: readonly Omitted[] = [],
  ): ZodFields<Types, Schema, Omitted> {
    const keys = Object.keys(schema.shape).filter((key) => !omitted.includes(key as Omitted));
    const derived = keys.map((key) => {
      try {
        const { inner, ...said } = peeled(schema.shape[key] as z.core.$ZodType);
        const resolve = (parent: Record<string, unknown>) => parent[key];
        return [camelCase(key), t.field({ type: outputType(t, inner), ...said, resolve } as never)];
      } catch (cause) {
        throw new Error(`${named(schema).id}.${key}: ${(cause as Error).message}`, { cause });
      }
    });
    return Object.fromEntries(derived);
  }

  function outputType(t: { listRef: unknown }, schema: z.core.$ZodTypes): unknown {
    const def = defOf(schema);
    if (isJson(schema)) return 'JSON';
    switch (def.type) {
      case 'string':
        return formatOf(def) === 'datetime' ? 'DateTime' : 'String';
      case 'boolean':
        return 'Boolean';
      case 'number':
        // GraphQL's Int has 32 bits; `z.int()` has 53.
        return formatOf(def) === 'int32' ? 'Int' : 'Float';
      case 'enum':
        return enumType(schema as z.ZodEnum);
      case 'object':
        return objectType(schema as z.ZodObject);
      case 'array': {
        const { inner, nullable } = peeled(def.element);
        return (t as FieldBuilder<Types, z.ZodObject>).listRef(outputType(t, inner) as never, { nullable });
      }
      default:
        throw new Error(`a zod schema of kind "${def.type}" has no counterpart in GraphQL`);
    }
  }

  return { enumType, objectType, fields };
}

const formatOf = (def: object): unknown => ('format' in def ? def.format : undefined);

const camelCase = (key: string): string => key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
