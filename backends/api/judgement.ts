import { z } from 'zod';
import type { Metadata } from '../../schema/json.ts';
import type { CheckAnswer } from '../backend.ts';
import { Amount } from './exact-json.ts';

/** What was told from an API's answers, before its details. */
export type Verdict = Pick<CheckAnswer, 'status' | 'reason' | 'summary'>;

/** The storage system itself says that data cannot be reached. */
export const down = (summary: string): Verdict => ({ status: 'fail', reason: 'STORAGE_DOWN', summary });

/** The storage system itself says that what the volume is on does not exist. */
export const missing = (summary: string): Verdict => ({ status: 'fail', reason: 'FILESYSTEM_MISSING', summary });

/** A percentage as anyone may see it: in steps of 5, so that it does not change all the time. */
export const inSteps = (percent: number): number => Math.round(percent / 5) * 5;

/** What an administrator likes to see and no verdict needs: whatever else stands there is passed over. */
export const Told = z.string().nullish().catch(null);
export const Figure = Amount.nullish().catch(null);

const MOST_NAMED = 5;

/** The first of a list, as many as one can read. */
export function firstOf(list: readonly string[]): string {
  const rest = list.length - MOST_NAMED;
  return rest > 0 ? `${list.slice(0, MOST_NAMED).join(', ')} and ${rest} more` : list.join(', ');
}

/** Metadata without what an API did not say. */
export function present(values: Readonly<Record<string, string | number | boolean | null | undefined>>): Metadata {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value == null ? [] : [[key, value]])));
}
