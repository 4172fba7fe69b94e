import { z } from 'zod';

/** The third argument that JSON.parse gives a reviver, which the language's types do not have yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * Reads JSON; integers beyond 2^53, which JSON.parse would round, become bigints; those of more
 * digits than anything counted has stay as JSON.parse has them. Throws a `SyntaxError`.
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

/** A number of bytes or of things, as near as a number comes to it. */
export const Amount = z.union([z.number(), z.bigint().transform(Number)], { error: 'expected a number' });

/** An identifier, digit by digit, in whatever form it came. */
export const Identifier = z.union([z.string(), z.number(), z.bigint()]).transform(String);

const exact: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d{1,40}$/.test(source)
    ? BigInt(source)
    : value;
