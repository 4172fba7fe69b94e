import { type DocumentNode, type ExecutionArgs, visit } from 'graphql/index.js';

/** Two subscriptions with the same key have the same answer to an event, whatever events they chose. */
export function createOperationKeys(): (args: ExecutionArgs) => string {
  const documents = new WeakMap<DocumentNode, { id: number; variables: ReadonlySet<string> }>();
  let count = 0;
  return ({ document, operationName, variableValues }) => {
    const known = documents.get(document) ?? { id: (count += 1), variables: variablesWithin(document) };
    documents.set(document, known);
    // Entries, as a variable that is null is not one that is absent.
    const variables = Object.entries(variableValues ?? {}).filter(([name]) => known.variables.has(name));
    return JSON.stringify([known.id, operationName, variables.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
  };
}

/** The variables used anywhere but as an argument of the subscription's own field. */
function variablesWithin(document: DocumentNode): Set<string> {
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
  return names;
}
