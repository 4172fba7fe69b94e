import { readFile } from 'node:fs/promises';
// By its file: Vite would resolve the bare name to a second copy of graphql, which refuses the schema of the first.
import { lexicographicSortSchema, printSchema } from 'graphql/index.js';
import { expect, test } from 'vitest';
import { schema } from '../../../manager/graphql/schema.ts';

test('schema.graphql is the schema as it is built; if not: `npm run schema`', async () => {
  const published = await readFile(new URL('../../../schema.graphql', import.meta.url), 'utf8');

  expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toBe(published);
});

test('every field says what it means, but for those that Relay defines', () => {
  const relay = /^(Node|PageInfo|VirtualFolder(Connection|Edge))$/;
  const own = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__') && !relay.test(name));

  const fields = own.flatMap((type) => ('getFields' in type ? Object.values(type.getFields()) : []));

  expect(fields.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
});
