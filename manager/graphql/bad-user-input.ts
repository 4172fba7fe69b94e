import { GraphQLError } from 'graphql';

/** The caller's mistake: `message` says what was expected and what was found, and goes back as it is. */
export function badUserInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
