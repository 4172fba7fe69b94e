import type { z } from 'zod';
import { defOf, isJson, peeled } from '../../../manager/graphql/zod-shape.ts';

/** Everything that can be asked of the GraphQL type that is made from a zod schema. */
export function selectionOf(schema: z.core.$ZodType): string {
  const def = defOf(peeled(schema).inner);
  if (def.type === 'array') return selectionOf(def.element);
  if (def.type !== 'object') return '';
  const fields = Object.entries(def.shape).map(([key, of]) => `${camelCase(key)} ${selectionOf(of)}`);
  return `{ ${fields.join(' ')} }`;
}

/** Gives what GraphQL has told of a zod schema as the schema has it. What may be left out, and is null, is left out. */
export function readerOf<Schema extends z.core.$ZodType>(schema: Schema): (told: unknown) => z.core.output<Schema> {
  return nullable(read(schema)) as (told: unknown) => z.core.output<Schema>;
}

type Read = (told: unknown) => unknown;

function read(schema: z.core.$ZodType): Read {
  const { inner } = peeled(schema);
  const def = defOf(inner);
  if (isJson(inner)) return asItIs;
  switch (def.type) {
    case 'enum': {
      const words = new Map(Object.values(def.entries).map((word) => [upperCase(String(word)), word]));
      return (told) => words.get(told as string);
    }
    case 'array': {
      const element = nullable(read(def.element));
      return (told) => (told as readonly unknown[]).map(element);
    }
    case 'object':
      return fieldsOf(def.shape);
    default:
      return asItIs;
  }
}

function fieldsOf(shape: z.core.$ZodShape): Read {
  const fields = Object.entries(shape).map(([key, of]) => ({
    key,
    name: camelCase(key),
    isOptional: defOf(of).type === 'optional',
    value: nullable(read(of)),
  }));
  return (told) => {
    const made: Record<string, unknown> = {};
    for (const { key, name, isOptional, value } of fields) {
      const found = (told as Readonly<Record<string, unknown>>)[name];
      if (found !== null || !isOptional) made[key] = value(found);
    }
    return made;
  };
}

const asItIs: Read = (told) => told;

function nullable(value: Read): Read {
  return (told) => (told === null ? null : value(told));
}

const camelCase = (key: string): string => key.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const upperCase = (word: string): string => word.replaceAll(/\W+/g, '_').toUpperCase();
