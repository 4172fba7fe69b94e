// By its file: Vite would resolve the bare name to a second copy of graphql, which refuses the schema of the first.
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql/index.js';
import { mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { GraphqlContext } from './context.ts';
import { createOperationKeys } from './operation-key.ts';

type Executed = ReturnType<typeof execute>;

/** For so many changes, and operations on each, results are kept while they go round. */
const CHANGES = 128;
const OPERATIONS = 16;

/**
 * Executes a change once, and writes it as JSON once, for all subscribers that ask the same of it: to execute it for
 * each of them takes as long as all the rest of telling them. What is nested in an event is of the time of the event.
 */
export function sharedExecution(): Plugin<GraphqlContext> {
  const recent = new Map<object, Map<string, Executed>>();
  const keyOf = createOperationKeys();

  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe);
    },
  };

  async function subscribe(args: ExecutionArgs) {
    const events = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in events)) return refused(events);
    const key = keyOf(args);
    return mapAsyncIterator(events as AsyncIterable<{ type: string }>, (event) => {
      // A snapshot is made for one subscriber alone.
      if (event.type === 'snapshot') return executed(args, event);
      const results = resultsOf(event);
      const result = results.get(key) ?? executed(args, event);
      if (results.size < OPERATIONS) results.set(key, result);
      return result;
    });
  }

  function resultsOf(event: object): Map<string, Executed> {
    const known = recent.get(event);
    if (known !== undefined) return known;
    const [oldest] = recent.keys();
    if (oldest !== undefined && recent.size >= CHANGES) recent.delete(oldest);
    const results = new Map<string, Executed>();
    recent.set(event, results);
    return results;
  }
}

/** As Yoga has it for queries. */
function refused(result: ExecutionResult): ExecutionResult {
  for (const { path, extensions } of result.errors ?? []) {
    if (path === undefined) Object.assign(extensions, { code: 'BAD_USER_INPUT', http: { status: 400 } });
  }
  return result;
}

function executed(args: ExecutionArgs, event: object): Executed {
  const context = args.contextValue as GraphqlContext;
  const snapshot = context.snapshot();
  const result = execute({ ...args, rootValue: event, contextValue: { ...context, snapshot: () => snapshot } });
  if (result instanceof Promise || result.errors !== undefined) return result;
  let text: string | undefined;
  // Yoga's way to let a result say how it is written.
  return Object.assign(result, { stringify: () => (text ??= JSON.stringify({ data: result.data })) });
}
