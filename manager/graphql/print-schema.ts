import { writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './schema.ts';
import { subgraphSdl } from './subgraph.ts';

const root = new URL('../../', import.meta.url);
writeFileSync(new URL('schema.graphql', root), `${printSchema(lexicographicSortSchema(schema))}\n`);
writeFileSync(new URL('subgraph.graphql', root), subgraphSdl);
