import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import { DateTimeResolver, JSONResolver } from 'graphql-scalars';
import type { Instant } from '../../schema/json.ts';
import { badUserInput } from './bad-user-input.ts';
import type { GraphqlContext } from './context.ts';
import { fromZod } from './from-zod.ts';
import { parseGlobalId } from './global-id.ts';

export const builder = new SchemaBuilder<{
  Context: GraphqlContext;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Instant };
    JSON: { Input: unknown; Output: unknown };
  };
}>({
  defaultFieldNullability: false,
  plugins: [RelayPlugin],
  relay: {
    edgesFieldOptions: { nullable: { list: false, items: false } },
    nodeTypeOptions: { description: 'Anything that has a global id.' },
    pageInfoTypeOptions: { description: 'Where a page lies in its connection.' },
    nodeQueryOptions: { description: 'Any object by its global id; null if there is none.' },
    nodesQueryOptions: { description: 'Objects by their global ids; null where there is none.' },
    decodeGlobalID(text) {
      const globalId = parseGlobalId(text);
      if (globalId !== null && isNode(globalId.typename)) return { ...globalId };
      throw badUserInput(`expected the global id of a Node, found "${text}"`);
    },
  },
});

export const zod = fromZod(builder);

const { parseValue, parseLiteral } = DateTimeResolver.toConfig();
builder.scalarType('DateTime', {
  description: 'An instant in ISO 8601 with its zone, such as 2026-01-22T10:00:00Z.',
  parseValue,
  parseLiteral,
  // It goes out as it is; the resolver's own `serialize` would make a `Date` of every one.
  serialize: (instant) => instant,
});
builder.addScalarType('JSON', JSONResolver);

builder.queryType({ description: 'No query asks a proxy or a storage system: health is answered from memory.' });
builder.mutationType({});
builder.subscriptionType({
  description:
    'Streams of server-sent events: ask with `accept: text/event-stream`. A stream that was cut is opened again by the client.',
});

function isNode(typename: string): boolean {
  const config = builder.configStore.typeConfigs.get(typename);
  const interfaces: readonly unknown[] = config?.kind === 'Object' ? config.interfaces : [];
  return interfaces.includes(builder.nodeInterfaceRef());
}
