import type { GraphQLError } from 'graphql';
import { createGraphQLError } from 'graphql-yoga';

/** The caller's mistake: `message` says what was expected and what was found, and goes back as it is. */
export function badUserInput(message: string): GraphQLError {
  return createGraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
