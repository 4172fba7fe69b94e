import { serveJobs } from './serve-jobs.ts';
import { createToyRing, type ToyFault } from './toy-ring.ts';

const FAULTS: Readonly<Record<number, ToyFault>> = { 13: 'violation', 17: 'death', 19: 'stuck' };

await serveJobs({
  engine: async () => createToyRing((seed) => FAULTS[seed] ?? null),
  stack: async () => {
    throw new Error('there is no such ring of toys');
  },
});
