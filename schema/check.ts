import { z } from 'zod';
import { Instant } from './json.ts';
import { Reason } from './reason.ts';
import { CheckStatus } from './status.ts';

/** One thing asked of a volume on its own schedule, with its latest answer. */
export const Check = z
  .object({
    name: z.string().describe('What is asked: `mount`, `backend` (the API of the storage system) or `write`.'),
    status: CheckStatus.describe('The latest answer.'),
    reason: Reason.describe('Stable code for the answer.'),
    info: z.string().nullable().describe('Details for an administrator: may name paths, devices and nodes.'),
    checked_at: Instant.nullable().describe('When the latest answer came; null before the first.'),
    duration_ms: z.number().nullable().describe('How long the storage took for it, in milliseconds.'),
  })
  .meta({ id: 'Check', description: 'One thing asked of a volume on its own schedule, with its latest answer.' });
export type Check = z.infer<typeof Check>;
