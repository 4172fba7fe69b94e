import type { Plugin } from 'graphql-yoga';
import type { GraphqlContext } from './context.ts';

/** A query sees one snapshot and one count from beginning to end, so that no two parts of its answer contradict each other. */
export const steadySnapshot: Plugin<GraphqlContext> = {
  onExecute({ args, extendContext }) {
    const { vfolders } = args.contextValue;
    const [snapshot, affected] = [args.contextValue.snapshot(), vfolders.affected()];
    extendContext({ snapshot: () => snapshot, vfolders: { ...vfolders, affected: () => affected } });
  },
};
