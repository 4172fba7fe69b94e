import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { ask, graphql, post } from './fixture.ts';

const nested = (open: string, inside: string) => `{ ${open.repeat(50)} ${inside} ${'}'.repeat(50)} }`;

test.for([
  ['fields', nested('volumes {', 'status')],
  ['inline fragments', nested('... on Query {', 'volumeHealthList { status }')],
  ['introspection', `{ __schema { types ${nested('ofType {', 'name')} } }`],
] as const)('refuses %s nested 50 deep with one error that names the limit', async ([, query]) => {
  const { data, errors } = await ask(graphql(), query);

  expect(data).toBeUndefined();
  expect(errors).toEqual([
    {
      message: expect.stringMatching(/^Query depth limit of 25 exceeded, found 5\d\.$/),
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

test('refuses a query nested so deeply that it could not even be parsed', async () => {
  for (const [open, close] of [
    ['{ a ', '}'],
    ['[', ']'],
  ] as const) {
    expect(await ask(graphql(), `{ a(b: ${open.repeat(5_000)}1${close.repeat(5_000)}) }`)).toEqual({
      errors: [{ message: 'Nesting limit of 200 exceeded.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
  }
});

test.for([
  ['a comment', `#${'}'.repeat(20_000)}\n`],
  ['a string', `query A { volumeHealth(host: "${'}'.repeat(5_000)}") { status } }`],
  ['a block string', `query A { volumeHealth(host: """${'}'.repeat(5_000)}""") { status } }`],
] as const)('is not deceived by closing brackets in %s', async ([, before]) => {
  const query = `${before} query B { volumeHealth(host: ${'['.repeat(3_000)}1${']'.repeat(3_000)}) { status } }`;
  const { errors } = await ask(graphql(), query);
  expect(errors).toMatchObject([{ message: 'Nesting limit of 200 exceeded.' }]);
});

test('counts the depth of fragments where they are spread', async () => {
  const chain = Array.from({ length: 50 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} }`).join('\n');

  const { errors } = await ask(graphql(), `{ ...F0 } ${chain} fragment F50 on Query { volumeHealthList { status } }`);

  expect(errors).toMatchObject([{ message: expect.stringContaining('depth limit of 25') }]);
});

test('refuses 1,000 aliases with one error that names the limit', async () => {
  const aliases = Array.from({ length: 1_000 }, (_, i) => `a${i}: volumeHealth(host: "p:v") { status }`);

  expect(await ask(graphql(), `{ ${aliases.join('\n')} }`)).toEqual({
    errors: [{ message: 'Aliases limit of 100 exceeded, found 1000.', extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

test('refuses a query of more than 20,000 tokens with one error that names the limit', async () => {
  expect(await ask(graphql(), `{ volumeHealthList { ${'status '.repeat(20_000)} } }`)).toEqual({
    errors: [{ message: 'Token limit of 20000 exceeded.', extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

test('answers 400 for a refused query to a client that speaks GraphQL over HTTP', async () => {
  const body = JSON.stringify({ query: nested('volumes {', 'status') });

  const response = await graphql().fetch(post(body, { accept: 'application/graphql-response+json' }));

  expect(response.status).toBe(400);
});

test("allows GraphiQL's whole introspection", async () => {
  const everything = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };

  const { data, errors } = await ask(graphql(), getIntrospectionQuery(everything));

  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
});

test('allows a page of folders with all there is to know, and 100 volumes by their hosts', async () => {
  const deepest = 'vfolderNodes { edges { node { storageHealth { checks { name status reason info } } } } }';
  const volumes = Array.from(
    { length: 100 },
    (_, i) => `v${i}: volumeHealth(host: "proxy1:v${i}") { status statusInfo }`,
  );

  const { errors } = await ask(graphql(), `{ ${deepest} ${volumes.join(' ')} }`);

  expect(errors).toBeUndefined();
});
