// By its file: Vite would resolve the bare name to a second copy of graphql.
import { type DocumentNode, type GraphQLError, Kind, type OperationDefinitionNode } from 'graphql/index.js';
import { type Plugin, createGraphQLError } from 'graphql-yoga';

const JSON_TYPES = ['application/json', 'application/graphql+json'];

/**
 * Two things that Yoga leaves open. A POST must be JSON: a form of another site, which a browser sends unasked, changes
 * nothing here. And unreadable JSON in the address of a GET is the caller's mistake, not ours.
 */
export const strictRequests: Plugin = {
  onRequestParse({ request, requestParser, setRequestParser }) {
    if (request.method === 'POST') {
      const found = request.headers.get('content-type');
      if (JSON_TYPES.includes(found?.split(';')[0] ?? '')) return;
      throw badRequest(415, `expected the content type application/json, found ${found ?? 'none'}`);
    }
    if (request.method !== 'GET' || requestParser === undefined) return;
    setRequestParser((get) => {
      try {
        return requestParser(get);
      } catch {
        throw badRequest(400, 'expected JSON in the parameters variables and extensions');
      }
    });
  },
};

/** Tells a browser that there is no page where GraphiQL is off. */
export const noPage: Plugin = {
  onRequest({ request, url, ...hook }) {
    const wantsPage = request.method === 'GET' && request.headers.get('accept')?.includes('text/html') === true;
    if (!wantsPage || url.searchParams.has('query')) return;
    const text = 'GraphiQL is switched off. POST a GraphQL query to this address as application/json.\n';
    hook.endResponse(new Response(text, { status: 406, headers: { 'content-type': 'text/plain' } }));
  },
};

/** Of a document with several operations the caller names one. Yoga's own answer says neither which there are nor which was asked for. */
export const chosenOperation: Plugin = {
  onParse() {
    // Thrown, not made the result: that is kept for whoever sends the same document, whichever operation they name.
    return ({ result, context: { params } }) => {
      if (result instanceof Error) return;
      const { definitions } = result as DocumentNode;
      const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      const problem = operationProblem(operations as OperationDefinitionNode[], params.operationName);
      if (problem !== null) throw unresolved(problem);
    };
  },
};

const MAX_NAMES = 10;

function operationProblem(operations: readonly OperationDefinitionNode[], asked: string | null | undefined) {
  if (operations.length === 0) return 'query: expected an operation, found fragments alone';
  if (asked == null && operations.length === 1) return null;
  if (operations.some(({ name }) => asked != null && name?.value === asked)) return null;
  const found = asked == null ? 'none' : JSON.stringify(asked);
  const names = operations.flatMap(({ name }) => (name === undefined ? [] : [`"${name.value}"`]));
  if (names.length === 0)
    return `operationName: expected none, as no operation of the query has a name, found ${found}`;
  const more = names.length > MAX_NAMES ? ', …' : '';
  return `operationName: expected one of ${names.slice(0, MAX_NAMES).join(', ')}${more}, found ${found}`;
}

function unresolved(message: string): GraphQLError {
  return createGraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } });
}

function badRequest(status: number, message: string): GraphQLError {
  return createGraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
}
