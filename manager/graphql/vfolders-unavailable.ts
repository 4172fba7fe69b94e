import { createGraphQLError } from 'graphql-yoga';
import { VfoldersUnavailable } from '../vfolders.ts';

/** Tells the client why its folders cannot be had, which is no fault of ours and none of its own. */
export async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof VfoldersUnavailable)) throw error;
    throw createGraphQLError(error.message, { extensions: { code: 'VFOLDERS_UNAVAILABLE' } });
  }
}
