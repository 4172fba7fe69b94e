import { z } from 'zod';
import { Instant } from './json.ts';

export const ObserverStatus = z.enum(['ok', 'isolated', 'overloaded', 'paused']).meta({
  id: 'ObserverStatus',
  description:
    'Whether the manager can judge: isolated = most proxies failed it at once, so the fault may be its own; ' +
    'overloaded = too busy to hear answers in time; paused = it was stopped and has not asked everyone again yet.',
});
export type ObserverStatus = z.infer<typeof ObserverStatus>;

/** What the manager says of itself: beside the health of proxies and volumes, never instead of it. */
export const ObserverHealth = z
  .object({
    status: ObserverStatus.describe('Whether the manager can judge.'),
    since: Instant.describe('Since when.'),
    message: z.string().nullable().describe('What makes it think so; null while it is ok.'),
    warnings: z
      .array(z.string())
      .readonly()
      .describe('What its administrator should look at, such as a configuration that was refused.'),
  })
  .meta({ id: 'ObserverHealth', description: 'What the manager says of itself as an observer.' });
export type ObserverHealth = z.infer<typeof ObserverHealth>;
