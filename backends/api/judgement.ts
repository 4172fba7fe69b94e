import type { Metadata } from '../../schema/json.ts';
import type { CheckAnswer } from '../backend.ts';

/** What was told from an API's answers, before its details. */
export type Verdict = Pick<CheckAnswer, 'status' | 'reason' | 'summary'>;

/** The storage system itself says that data cannot be reached. */
export const down = (summary: string): Verdict => ({ status: 'fail', reason: 'STORAGE_DOWN', summary });

/** The storage system itself says that what the volume is on does not exist. */
export const missing = (summary: string): Verdict => ({ status: 'fail', reason: 'FILESYSTEM_MISSING', summary });

/** A percentage as anyone may see it: in steps of 5, so that it does not change all the time. */
export const inSteps = (percent: number): number => Math.round(percent / 5) * 5;

/** Metadata without what an API did not say. */
export function present(values: Readonly<Record<string, string | number | boolean | null | undefined>>): Metadata {
  return Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value == null ? [] : [[key, value]])));
}
