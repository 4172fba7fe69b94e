import type { Metadata } from '../../schema/json.ts';

/** Metadata without what an API did not say. */
export function present(values: Readonly<Record<string, string | number | boolean | null | undefined>>): Metadata {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value == null ? [] : [[key, value]])));
}
