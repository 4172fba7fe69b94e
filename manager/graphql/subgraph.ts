import { buildSubgraphSchema } from '@apollo/subgraph';
import { getResolversFromSchema, MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
// By its file: Vite would resolve the bare name to a second copy of graphql, which refuses the schema of the first.
import {
  type GraphQLFieldResolver,
  type GraphQLSchema,
  lexicographicSortSchema,
  parse,
  printSchema,
} from 'graphql/index.js';
import { badUserInput } from './bad-user-input.ts';
import type { GraphqlContext } from './context.ts';
import { schema } from './schema.ts';
import { healthOfFolder } from './virtual-folder-node.ts';

/** What a gateway may ask for at once: ten times the longest page of folders. */
export const MAX_REPRESENTATIONS = 1_000;

/** Backend.AI answers these itself, for folders that the caller may see. */
const OF_BACKEND_AI: ReadonlySet<string> = new Set(['node', 'nodes', 'vfolderNode', 'vfolderNodes']);

/** `host` as Backend.AI declares it: other types of one field do not compose. */
const EXTENSION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@external", "@key", "@requires"])

type VirtualFolderNode @key(fields: "id") {
  id: ID!
  host: String @external

  """
  Health of the volume that stores it; null for a folder without storage, and where its \`host\` is not to be seen.
  """
  storageHealth: VolumeHealth @requires(fields: "host")
}
`;

const own = pruneSchema(
  mapSchema(schema, {
    [MapperKind.QUERY_ROOT_FIELD]: (field, name) => (OF_BACKEND_AI.has(name) ? null : field),
  }),
);

/** A folder as the gateway tells of it; without `host` where nobody asked for what requires it. */
interface FolderReference {
  readonly __typename: 'VirtualFolderNode';
  readonly id: string;
  readonly host: string | null | undefined;
}

/** The subgraph as it is to be composed, in the schema definition language. */
export const subgraphSdl = `${EXTENSION}\n${printSchema(lexicographicSortSchema(own))}\n`;

/**
 * What a gateway of Apollo Federation 2 asks: all of the standalone schema but its folders, and `storageHealth` of the
 * folders of Backend.AI, which checks that the caller may see them, and says their hosts. Nothing is looked up for them.
 */
export const subgraph: GraphQLSchema = buildSubgraphSchema({
  typeDefs: parse(subgraphSdl),
  resolvers: { ...getResolversFromSchema(own), VirtualFolderNode: { storageHealth } } as never,
});

const entities = subgraph.getQueryType()?.getFields()['_entities'];
if (entities === undefined) throw new Error('the subgraph has no entities');
entities.resolve = ((_root, { representations }) => {
  if (representations.length <= MAX_REPRESENTATIONS) return representations.map(folderReference);
  throw badUserInput(
    `representations: expected at most ${MAX_REPRESENTATIONS}, found ${representations.length}: ask for shorter pages of folders`,
  );
}) satisfies GraphQLFieldResolver<unknown, GraphqlContext, { readonly representations: readonly unknown[] }>;

/** An error takes the place of its folder alone. */
function folderReference(representation: unknown): FolderReference | Error {
  const { __typename: name, id, host } = Object(representation) as Readonly<Record<string, unknown>>;
  if (name !== 'VirtualFolderNode') {
    return badUserInput(`representations: expected the __typename "VirtualFolderNode", found ${JSON.stringify(name)}`);
  }
  if (typeof id !== 'string') return badUserInput(`representations: expected an id, found ${JSON.stringify(id)}`);
  if (host == null || typeof host === 'string') return { __typename: name, id, host };
  return badUserInput(
    `representations: expected a host such as "proxy1:volume1" or null, found ${JSON.stringify(host)}`,
  );
}

function storageHealth({ host }: FolderReference, _args: unknown, { snapshot }: GraphqlContext) {
  if (host === undefined) throw badUserInput('representations: expected the host, which storageHealth requires');
  return host === null ? null : healthOfFolder(host, snapshot());
}
