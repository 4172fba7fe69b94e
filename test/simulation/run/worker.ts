import { RINGS } from '../rings.ts';
import { serveJobs } from './serve-jobs.ts';

await serveJobs(RINGS);
