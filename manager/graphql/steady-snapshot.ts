import type { Plugin } from 'graphql-yoga';
import type { GraphqlContext } from './context.ts';

/** A query sees one snapshot from beginning to end, so that no two parts of its answer contradict each other. */
export const steadySnapshot: Plugin<GraphqlContext> = {
  onExecute({ args, extendContext }) {
    const snapshot = args.contextValue.snapshot();
    extendContext({ snapshot: () => snapshot });
  },
};
