import type { GraphQLError } from 'graphql';
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

function badRequest(status: number, message: string): GraphQLError {
  return createGraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
}
