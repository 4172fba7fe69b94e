import { z } from 'zod';

/** How many transitions of a history are asked for. */
export const HistoryLength = z.int().min(1).max(100).default(20);
export type HistoryLength = z.infer<typeof HistoryLength>;
