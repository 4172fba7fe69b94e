import SchemaBuilder from '@pothos/core';
// By its file: Vite would resolve the bare name to a second copy of graphql, which refuses the schema of the first.
import { type GraphQLObjectType, type GraphQLSchema, graphqlSync, printType } from 'graphql/index.js';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { type CamelCase, type ZodFields, fromZod } from '../../../manager/graphql/from-zod.ts';
import type { VirtualFolder } from '../../../schema/vfolder.ts';
import { VolumeHealth } from '../../../schema/volume-health.ts';

/** The GraphQL schema of one zod object, which `Query.thing` answers as `value`. */
function built(schema: z.ZodObject, value: object = {}): GraphQLSchema {
  const builder = new SchemaBuilder<{
    DefaultFieldNullability: false;
    Scalars: { DateTime: { Input: string; Output: string }; JSON: { Input: unknown; Output: unknown } };
  }>({ defaultFieldNullability: false });
  builder.scalarType('DateTime', { serialize: (instant) => instant });
  builder.scalarType('JSON', { serialize: (json) => json });
  const type = fromZod(builder).objectType(schema);
  builder.queryType({ fields: (t) => ({ thing: t.field({ type, resolve: () => value as never }) }) });
  return builder.toSchema();
}

let count = 0;
function thing(shape: z.core.$ZodLooseShape) {
  count += 1;
  return z.object(shape).meta({ id: `Thing${count}`, description: 'A thing.' });
}

function fieldsOf(schema: GraphQLSchema, type: string): string[] {
  const fields = Object.values((schema.getType(type) as GraphQLObjectType).getFields());
  return fields.map((field) => `${field.name}: ${String(field.type)}`);
}

const Colour = z.enum(['light-red', 'blue']).meta({ id: 'Colour', description: 'A colour.' });
const Part = z.object({ part_name: z.string() }).meta({ id: 'Part', description: 'A part.' });

test.for<[string, z.ZodType, string]>([
  ['a string', z.string(), 'String!'],
  ['a UUID', z.uuid(), 'String!'],
  ['a refined string', z.string().refine(Boolean), 'String!'],
  ['an instant', z.iso.datetime({ offset: true }), 'DateTime!'],
  ['a boolean', z.boolean(), 'Boolean!'],
  ['a number', z.number().min(0), 'Float!'],
  ['an integer, which may have 53 bits,', z.int(), 'Float!'],
  ['an integer of 32 bits', z.int32(), 'Int!'],
  ['a record', z.record(z.string(), z.number()), 'JSON!'],
  ['any JSON', z.json(), 'JSON!'],
  ['any JSON, described,', z.json().describe('Anything.'), 'JSON!'],
  ['an enum', Colour, 'Colour!'],
  ['an enum, described,', Colour.describe('Of the thing.'), 'Colour!'],
  ['an object', Part, 'Part!'],
  ['an object, described and refined,', Part.refine(Boolean).describe('Of the thing.'), 'Part!'],
  ['a list', z.array(z.string()), '[String!]!'],
  ['a list of what may be null', z.array(Part.nullable()), '[Part]!'],
  ['a list of lists', z.array(z.array(Colour)).nullable(), '[[Colour!]!]'],
  ['what may be null', z.string().nullable(), 'String'],
  ['what may be absent', z.int32().optional(), 'Int'],
  ['what may be both', Colour.nullish(), 'Colour'],
  ['what has a default', z.string().default('x'), 'String!'],
  ['what has a fallback', Colour.catch('blue'), 'Colour!'],
  ['what is read-only', z.array(z.string()).readonly(), '[String!]!'],
  ['what is wrapped many times', z.string().nullable().catch(null).readonly().default(null), 'String'],
])('%s becomes %s', ([, schema, type]) => {
  const Thing = thing({ some_field: schema });

  expect(fieldsOf(built(Thing), `Thing${count}`)).toEqual([`someField: ${type}`]);
});

test('a field is described by its outermost description', () => {
  const schema = thing({
    a: z.string().describe('inner').nullable().describe('outer'),
    b: Colour.describe('Of the thing.').optional(),
    c: Colour,
  });

  expect(printType(built(schema).getType(`Thing${count}`)!)).toBe(`"""A thing."""
type Thing${count} {
  """outer"""
  a: String

  """Of the thing."""
  b: Colour

  """A colour."""
  c: Colour!
}`);
});

test('the words of an enum go out in upper case, and say what they mean where the schema does', () => {
  const Size = z
    .enum(['very-small', 'big_one'])
    .meta({ id: 'Size', description: 'A size.', enumDescriptions: ['Like a mouse.', 'Like a house.'] });
  const schema = built(thing({ size: Size }), { size: 'big_one' });

  expect(graphqlSync({ schema, source: '{ thing { size } }' }).data).toEqual({ thing: { size: 'BIG_ONE' } });
  expect(printType(schema.getType('Size')!)).toContain('"""Like a mouse."""\n  VERY_SMALL');
});

test('what must go is deprecated, a field or a word of an enum', () => {
  const Size = z.enum(['small', 'big']).meta({
    id: 'Size2',
    description: 'A size.',
    enumDeprecationReasons: { big: 'Until 2030-01-01: `SMALL` is all there is.' },
  });
  const schema = built(
    thing({
      a: z.string().nullable().meta({ deprecationReason: 'Until 2030-01-01: ask `b`.' }),
      b: z.string().meta({ deprecationReason: 'inner' }).optional(),
      c: Size,
    }),
  );

  const printed = printType(schema.getType(`Thing${count}`)!);
  expect(printed).toContain('a: String @deprecated(reason: "Until 2030-01-01: ask `b`.")\n');
  expect(printed).toContain('b: String @deprecated(reason: "inner")\n');
  expect(printType(schema.getType('Size2')!)).toContain(
    '  BIG @deprecated(reason: "Until 2030-01-01: `SMALL` is all there is.")\n  SMALL\n',
  );
});

test('a value goes out under its camelCase name, and what is absent as null', () => {
  const schema = built(thing({ a_long_name: z.string(), gone: z.string().optional() }), { a_long_name: 'x' });

  expect(graphqlSync({ schema, source: '{ thing { aLongName gone } }' }).data).toEqual({
    thing: { aLongName: 'x', gone: null },
  });
});

test('a field added to a zod schema appears in GraphQL without a second edit', () => {
  const Extended = VolumeHealth.extend({ blocks_free: z.int32().describe('How many are free.') }).meta({
    id: 'ExtendedVolumeHealth',
    description: 'VolumeHealth and one field more.',
  });

  const before = fieldsOf(built(VolumeHealth), 'VolumeHealth');
  const after = fieldsOf(built(Extended), 'ExtendedVolumeHealth');

  expect(after).toEqual([...before, 'blocksFree: Int!'].toSorted());
});

describe('when the schema is built, it refuses and names the field of', () => {
  const [A, B] = [z.object({ a: z.string() }), z.object({ b: z.string() })];
  test.for<[string, z.ZodType, string]>([
    ['a kind that GraphQL has not', z.bigint(), 'a zod schema of kind "bigint" has no counterpart in GraphQL'],
    ['a union', z.union([A, B]), 'a zod schema of kind "union" has no counterpart in GraphQL'],
    [
      'a lazy union of objects',
      z.lazy(() => z.union([A, B])),
      'a zod schema of kind "lazy" has no counterpart in GraphQL',
    ],
    [
      'a value that is transformed',
      z.string().transform(Number),
      'a zod schema of kind "pipe" has no counterpart in GraphQL',
    ],
    ['a list of such', z.array(z.date()), 'a zod schema of kind "date" has no counterpart in GraphQL'],
    [
      'an enum without a name',
      z.enum(['a']),
      'a zod schema of kind "enum" needs `.meta({ id, description })` in GraphQL',
    ],
    ['an object without a name', A, 'a zod schema of kind "object" needs `.meta({ id, description })` in GraphQL'],
  ])('%s', ([, schema, complaint]) => {
    const Thing = thing({ bad_field: schema });

    expect(() => built(Thing)).toThrow(`Thing${count}.bad_field: ${complaint}`);
  });
});

test('the keys of the derived fields are known to the compiler', () => {
  expectTypeOf<CamelCase<'last_checked_at'>>().toEqualTypeOf<'lastCheckedAt'>();
  // oxlint-disable-next-line typescript/no-explicit-any -- the keys do not depend on the builder
  expectTypeOf<keyof ZodFields<any, typeof VirtualFolder, 'id'>>().toEqualTypeOf<'name' | 'host' | 'status'>();
});
