// By its file: Vite would resolve the bare name to a second copy of graphql, which refuses the schema of the first.
import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  visit,
} from 'graphql/index.js';
import { mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { GraphqlContext } from './context.ts';

type Executed = ReturnType<typeof execute>;

/** For so many changes, and operations on each, results are kept while they go round. */
const CHANGES = 128;
const OPERATIONS = 16;

/**
 * Executes a change once, and writes it as JSON once, for all subscribers that ask the same of it: executing it for
 * each costs more than all the rest of telling them. What is nested in an event is of the time of the event.
 */
export function sharedExecution(): Plugin<GraphqlContext> {
  const recent = new Map<object, Map<string, Executed>>();
  const asked = askedOf();

  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe);
    },
  };

  async function subscribe(args: ExecutionArgs) {
    const events = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in events)) return refused(events);
    const operation = asked(args);
    return mapAsyncIterator(events as AsyncIterable<{ type: string }>, (event) => {
      // A snapshot is made for one subscriber alone.
      if (event.type === 'snapshot') return executed(args, event);
      const results = resultsOf(event);
      const result = results.get(operation) ?? executed(args, event);
      if (results.size < OPERATIONS) results.set(operation, result);
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

/** Names what is asked of an event: the operation, and those of its variables that are more than a choice of events. */
function askedOf(): (args: ExecutionArgs) => string {
  const documents = new WeakMap<DocumentNode, { id: number; variables: readonly string[] }>();
  let count = 0;
  return ({ document, operationName, variableValues }) => {
    const known = documents.get(document) ?? { id: (count += 1), variables: variablesWithin(document) };
    documents.set(document, known);
    return JSON.stringify([known.id, operationName, known.variables.map((name) => variableValues?.[name])]);
  };
}

/** The variables used anywhere but as an argument of the subscription's own field. */
function variablesWithin(document: DocumentNode): string[] {
  const names = new Set<string>();
  let depth = 0;
  const level = {
    enter: () => {
      depth += 1;
    },
    leave: () => {
      depth -= 1;
    },
  };
  visit(document, {
    VariableDefinition: () => false,
    FragmentDefinition: level,
    Directive: level,
    Field: level,
    Variable: ({ name }) => {
      if (depth > 1) names.add(name.value);
    },
  });
  return [...names];
}
