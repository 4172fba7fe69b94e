import { describe, expect, test } from 'vitest';
import { createConfiguredVfolders } from '../../../manager/vfolders.ts';
import { FOLDER_ID, ask, documented, graphql, post, snapshotOf, volume } from './fixture.ts';

const get = (query: string, headers: Record<string, string> = { accept: 'application/json' }) =>
  new Request(`http://manager/graphql${query}`, { headers });

test('answers a query in the address of a GET', async () => {
  const query = encodeURIComponent('query ($host: String!) { volumeHealth(host: $host) { status } }');
  const variables = encodeURIComponent(JSON.stringify({ host: 'proxy1:volume2' }));

  const response = await graphql().fetch(get(`?query=${query}&variables=${variables}`));

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ data: { volumeHealth: { status: 'OFFLINE' } } });
});

test('sees one snapshot from the beginning of a query to its end', async () => {
  let reads = 0;
  const snapshot = () => {
    reads += 1;
    return reads === 1 ? documented : snapshotOf([], [volume('proxy1:volume1', { status: 'offline' })]);
  };

  const { data } = await ask(
    graphql({ snapshot }),
    '{ volumeHealth(host: "proxy1:volume1") { status } vfolderNodes { edges { node { storageHealth { status } } } } }',
  );

  expect(data.volumeHealth.status).toBe('HEALTHY');
  expect(data.vfolderNodes.edges[0].node.storageHealth.status).toBe('HEALTHY');
});

describe("the caller's mistakes go back to the caller", () => {
  test.for<[string, Request, number, string]>([
    ['JSON that is malformed', post('{'), 400, 'POST body sent invalid JSON.'],
    ['no query', post('{}'), 200, 'Must provide query string.'],
    ['a query that is malformed', post('{"query":"{"}'), 200, 'Syntax Error: Expected Name, found <EOF>.'],
    ['a batch', post('[{"query":"{ __typename }"}]'), 400, 'Batching is not supported.'],
    [
      'a content type that is not JSON',
      post('{ __typename }', { 'content-type': 'text/plain' }),
      415,
      'expected the content type application/json, found text/plain',
    ],
    [
      'the form of another site',
      post('query=mutation{checkVolume(host:"p:v"){status}}', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'expected the content type application/json, found application/x-www-form-urlencoded',
    ],
    [
      'an upload',
      post('--x--', { 'content-type': 'multipart/form-data; boundary=x' }),
      415,
      'expected the content type application/json, found multipart/form-data; boundary=x',
    ],
    [
      'variables in the address that are no JSON',
      get('?query={__typename}&variables={'),
      400,
      'expected JSON in the parameters variables and extensions',
    ],
    [
      'a mutation in the address',
      get('?query=mutation{checkVolume(host:"p:v"){status}}'),
      405,
      'Can only perform a mutation operation from a POST request.',
    ],
    [
      'another method',
      new Request('http://manager/graphql', { method: 'PUT' }),
      405,
      'GraphQL only supports GET and POST requests.',
    ],
  ])('%s', async ([, request, status, message]) => {
    const response = await graphql().fetch(request);

    expect(await response.json()).toMatchObject({ errors: [{ message }] });
    expect(response.status).toBe(status);
  });
});

async function answered(server: ReturnType<typeof graphql>, query: string, operationName?: string | null) {
  const response = await server.fetch(post(JSON.stringify({ query, operationName })));
  return [response.status, await response.json()];
}

describe('a document with several operations', () => {
  const document = 'query A { __typename } query B { observerHealth { status } }';
  const many = Array.from({ length: 11 }, (_, index) => `query Q${index} { __typename }`).join(' ');

  test('has the one executed that is named, whatever was asked for before', async () => {
    const server = graphql();
    const refused = [400, expect.anything()];
    const a = [200, { data: { __typename: 'Query' } }];
    const b = [200, { data: { observerHealth: { status: 'OK' } } }];
    for (const [name, answer] of Object.entries({ C: refused, A: a, B: b }).concat([
      ['C', refused],
      ['A', a],
    ])) {
      expect(await answered(server, document, name)).toEqual(answer);
    }
  });

  test.for<[string, string, string | null | undefined, string]>([
    ['an unknown one', document, 'C', 'operationName: expected one of "A", "B", found "C"'],
    ['none', document, undefined, 'operationName: expected one of "A", "B", found none'],
    ['null', document, null, 'operationName: expected one of "A", "B", found none'],
    ['an empty one', document, '', 'operationName: expected one of "A", "B", found ""'],
    [
      'one where there are names enough',
      many,
      'x',
      'operationName: expected one of "Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9", …, found "x"',
    ],
    [
      'one where none has a name',
      '{ __typename }',
      'A',
      'operationName: expected none, as no operation of the query has a name, found "A"',
    ],
    [
      'fragments alone',
      'fragment F on Query { __typename }',
      null,
      'query: expected an operation, found fragments alone',
    ],
  ])('says what it has to who names %s', async ([, query, operationName, message]) => {
    const [status, body] = await answered(graphql(), query, operationName);

    expect(status).toBe(400);
    expect(body).toEqual({ errors: [{ message, extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] });
  });
});

test('suggests what a misspelt field may have meant', async () => {
  const { errors } = await ask(graphql(), '{ volumeHealthLst { status } }');

  expect(errors?.[0]?.message).toContain('Did you mean "volumeHealthList"');
});

test('an error of ours is logged once with its cause, and the client is told nothing of it', async () => {
  const cause = new Error('password of the database is hunter2');
  const logged: unknown[][] = [];
  const vfolders = { ...createConfiguredVfolders([]), findMany: () => Promise.reject(cause) };
  const server = graphql({ vfolders, logError: (...line) => logged.push(line) });

  const answer = await ask(server, `{ vfolderNode(id: "${FOLDER_ID}") { name } volumeHealthList { volumeId } }`);

  expect(answer.errors).toEqual([expect.objectContaining({ message: 'Unexpected error.', path: ['vfolderNode'] })]);
  expect(JSON.stringify(answer)).not.toContain('hunter2');
  expect(answer.data.volumeHealthList).toHaveLength(3);
  expect(logged).toEqual([['GraphQL field vfolderNode failed', cause]]);
});

test.for(['http://manager/graphql/health', 'http://manager/graphql?query={__typename}&x=/health'])(
  "%s is not taken for Yoga's own health check",
  async (url) => {
    const response = await graphql().fetch(new Request(url, { headers: { accept: 'application/json' } }));

    expect(response.headers.has('x-yoga-id')).toBe(false);
  },
);

test('gives other sites no leave to read', async () => {
  const response = await graphql().fetch(post('{"query":"{ __typename }"}', { origin: 'https://elsewhere.example' }));

  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
});

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('shows a browser GraphiQL that loads nothing from elsewhere', async () => {
  const response = await graphql({ graphiql: true }).fetch(get('', browser));
  const page = await response.text();

  expect(response.headers.get('content-type')).toContain('text/html');
  expect(page).toContain('<title>volhealth</title>');
  const loads = /<(?:script|link|img|iframe)\b[^>]*\s(?:src|href)\s*=\s*["']?https?:[^>]*>|url\(["']?https?:[^)]*\)/gi;
  expect(page.match(loads) ?? []).toEqual([]);
});

test('answers queries beside GraphiQL', async () => {
  const { data } = await ask(graphql({ graphiql: true }), '{ __typename }');

  expect(data).toEqual({ __typename: 'Query' });
});

test('tells a browser that GraphiQL is switched off', async () => {
  const response = await graphql().fetch(get('', browser));

  expect(response.status).toBe(406);
  expect(await response.text()).toBe(
    'GraphiQL is switched off. POST a GraphQL query to this address as application/json.\n',
  );
});

test('answers a query in the address of a browser where GraphiQL is switched off', async () => {
  const response = await graphql().fetch(get('?query={__typename}', browser));

  expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
});
