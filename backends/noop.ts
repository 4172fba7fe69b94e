import { z } from 'zod';
import { type CheckAnswer, checkTimeoutMs, defineBackend } from './backend.ts';

const NOTHING_TO_CHECK: CheckAnswer = { status: 'pass', reason: 'OK', summary: 'no storage to check', info: null };

/** A volume host without storage, for sessions that need none. */
export const noop = defineBackend({
  options: z.strictObject({}),
  open: (volume) => [
    {
      name: 'backend',
      intervalMs: volume.intervalMs,
      timeoutMs: checkTimeoutMs(volume, 1_000),
      ask: async () => NOTHING_TO_CHECK,
    },
  ],
});
