import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import type { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { badUserInput } from './bad-user-input.ts';

/** What an honest query never needs: GraphiQL's introspection is 20 deep, a page with every field is 9. */
export const MAX_DEPTH = 25;
export const MAX_ALIASES = 100;
export const MAX_TOKENS = 20_000;
export const MAX_NESTING = 200;

/** Comments, block strings, strings: their brackets open and close nothing. */
const NO_BRACKETS = /#[^\n\r]*|"""(?:\\"""|[^])*?(?:"""|$)|"(?:\\.|[^"\\\n\r])*"?/g;
const OPENING = new Set('{[(');
const CLOSING = new Set('}])');

/** Refuses a text so deeply nested that parsing it, which recurses, would run out of stack. */
export const nestingLimit: Plugin = {
  onParse({ params: { source } }) {
    let depth = 0;
    for (const character of String(source).replaceAll(NO_BRACKETS, ' ')) {
      if (OPENING.has(character)) depth += 1;
      else if (CLOSING.has(character)) depth -= 1;
      if (depth > MAX_NESTING) throw refusal(`Nesting limit of ${MAX_NESTING} exceeded.`);
    }
  },
};

/** Refuses a query beyond a limit with one error that names it, before anything else is said about the query. */
export function queryLimits() {
  return EnvelopArmorPlugin({
    maxTokens: limit(MAX_TOKENS),
    maxDepth: { ...limit(MAX_DEPTH), ignoreIntrospection: false },
    maxAliases: limit(MAX_ALIASES),
    // Nothing here costs more than its depth and its aliases, and the schema is public.
    costLimit: { enabled: false },
    blockFieldSuggestion: { enabled: false },
  });
}

const limit = (n: number) => ({ n, onReject: [refuse], propagateOnRejection: false });

function refuse(_context: unknown, { message }: GraphQLError): never {
  throw refusal(message.replace(/^Syntax Error: /, ''));
}

function refusal(message: string): GraphQLError {
  const error = badUserInput(message);
  // `spec`: as GraphQL over HTTP has it, 200 to who accepts `application/json` only.
  error.extensions['http'] = { status: 400, spec: true };
  return error;
}
