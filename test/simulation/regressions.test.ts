import { describe, expect, it } from 'vitest';
import { systemClock } from '../../cli/system-clock.ts';
import { failureReport } from './run/failure-report.ts';
import type { Result } from './run/job.ts';
import { stepsWithout } from './run/kept-steps.ts';
import { runPool } from './run/pool.ts';
import { type Regression, REGRESSIONS } from './regressions.ts';

const LIMIT_MS = 60_000;

describe('a seed that has shown something wrong', () => {
  it.each(REGRESSIONS)('no longer does: $name', { timeout: 2 * LIMIT_MS }, async (regression) => {
    const results = await replay(regression);

    expect(results.map((result) => failureReport(regression.ring, result))).toEqual(['']);
  });

  it('says what it was, in a sentence of its own', () => {
    const names = REGRESSIONS.map(({ name }) => name);

    expect(names.filter((name) => !/^[a-z]\S*( \S+){3,}[^.]$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

/** In a process of its own: one of the rings replaces what the process is made of. */
async function replay({ ring, seed, steps, keep, limits }: Regression): Promise<readonly Result[]> {
  const leftOut = keep === undefined ? new Set<number>() : stepsWithout(keep, steps);
  const jobs = [{ seed: { number: seed, limits: limits ?? {} }, steps, leftOut, shrinkMs: null }];
  const results: Result[] = [];
  await runPool({
    file: new URL('./run/worker.ts', import.meta.url),
    ring,
    clock: systemClock,
    silentMs: LIMIT_MS,
    workers: 1,
    next: () => jobs.shift() ?? null,
    onResult: (result) => results.push(result),
  });
  return results;
}
