// By its file: Vite would resolve the bare name to a second copy of graphql, which refuses the schema of the first.
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql/index.js';
import { mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { GraphqlContext } from './context.ts';
import { createOperationKeys } from './operation-key.ts';

/** A result that says how it is written, which is Yoga's way. */
type Written = ExecutionResult & { readonly stringify: () => string };

/** For so many changes, and operations on each, results are kept while they go round; and no more than that in all. */
const CHANGES = 128;
const OPERATIONS = 16;
const MAX_CHARS = 2 ** 22;

/**
 * Executes a change once, and writes it as JSON once, for all subscribers that ask the same of it: to execute it for
 * each of them takes as long as all the rest of telling them. What is nested in an event is of the time of the event.
 */
export function sharedExecution(): Plugin<GraphqlContext> {
  const recent = new Map<object, Map<string, Written>>();
  let chars = 0;
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
      const known = recent.get(event)?.get(key);
      if (known !== undefined) return known;
      const result = executed(args, event);
      if ('stringify' in result) keep(event, key, result);
      return result;
    });
  }

  function keep(event: object, key: string, result: Written): void {
    const results = recent.get(event) ?? new Map<string, Written>();
    if (results.size >= OPERATIONS) return;
    recent.set(event, results.set(key, result));
    chars += result.stringify().length;
    for (const [oldest, old] of recent) {
      if (recent.size <= CHANGES && chars <= MAX_CHARS) return;
      recent.delete(oldest);
      for (const { stringify } of old.values()) chars -= stringify().length;
    }
  }
}

/** As Yoga has it for queries. */
function refused(result: ExecutionResult): ExecutionResult {
  for (const { path, extensions } of result.errors ?? []) {
    if (path === undefined) Object.assign(extensions, { code: 'BAD_USER_INPUT', http: { status: 400 } });
  }
  return result;
}

function executed(args: ExecutionArgs, event: object): ReturnType<typeof execute> | Written {
  const context = args.contextValue as GraphqlContext;
  const snapshot = context.snapshot();
  const result = execute({ ...args, rootValue: event, contextValue: { ...context, snapshot: () => snapshot } });
  if (result instanceof Promise || result.errors !== undefined) return result;
  let text: string | undefined;
  return Object.assign(result, { stringify: () => (text ??= JSON.stringify({ data: result.data })) });
}
