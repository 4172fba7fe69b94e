import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
// By its file: Vite would resolve the bare name to a second copy of graphql, which refuses the schema of the first.
import {
  BreakingChangeType,
  buildSchema,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
} from 'graphql/index.js';

/** Enums that say of themselves that they grow: a client has to live with a word that it does not know. */
const GROWS = /^(HealthReason|StorageProxyProtocol)$/;

/** What a deprecation has to say, and until when the deprecated is answered. */
const REASON = /^Until (\d{4}-\d{2}-\d{2}): ./;

/**
 * What a client of the schema that was released would lose by the current one. What the released one has deprecated
 * may go from the day on that its deprecation names; `today` is a day as 2026-01-31.
 */
export function breakingChanges(released: string, current: string, today: string): string[] {
  const [before, after] = [without(expired(today), schemaOf(released)), schemaOf(current)];
  const dangerous = findDangerousChanges(before, after).filter(
    ({ type, description }) =>
      type === DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE ||
      (type === DangerousChangeType.VALUE_ADDED_TO_ENUM &&
        !GROWS.test(description.split(' ').at(-1)?.slice(0, -1) ?? '')),
  );
  const breaking = findBreakingChanges(before, after).filter(
    ({ type }) => type !== BreakingChangeType.DIRECTIVE_REMOVED,
  );
  return [...breaking, ...dangerous].map(({ description }) => description);
}

/** Names of what is deprecated without saying until when, and what to ask for instead. */
export function vagueDeprecations(sdl: string): string[] {
  const vague: string[] = [];
  without((name, reason) => {
    if (reason != null && !REASON.test(reason)) vague.push(name);
    return false;
  }, schemaOf(sdl));
  return vague;
}

/** A subgraph uses directives that its gateway defines. */
const schemaOf = (sdl: string): GraphQLSchema => buildSchema(sdl, { assumeValidSDL: true });

type Chosen = (name: string, deprecationReason: string | null | undefined) => boolean;

const expired =
  (today: string): Chosen =>
  (_, reason) => {
    const [, until] = REASON.exec(reason ?? '') ?? [];
    return until !== undefined && until <= today;
  };

function without(isOut: Chosen, schema: GraphQLSchema): GraphQLSchema {
  return pruneSchema(
    mapSchema(schema, {
      [MapperKind.OBJECT_FIELD]: (field, name, type) =>
        isOut(`${type}.${name}`, field.deprecationReason) ? null : field,
      [MapperKind.ENUM_VALUE]: (value, type, _, name) =>
        isOut(`${type}.${name}`, value.deprecationReason) ? null : value,
      [MapperKind.ARGUMENT]: (arg, field, type) =>
        isOut(`${type}.${field}(${arg.astNode?.name.value})`, arg.deprecationReason) ? null : arg,
    }),
  );
}
