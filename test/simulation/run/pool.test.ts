import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../fake-clock.ts';
import type { Job, Result, WorkerMessage } from './job.ts';
import { type PoolOptions, runPool } from './pool.ts';
import { FAULTY_STEP } from './toy-ring.ts';

const SILENT_MS = 1_000;

// The seeds whose worlds are wrong are named in toy-worker.ts.

describe('the workers of a simulation', () => {
  it('run every seed, and say what the ring is to reach', async () => {
    const { results, reachable } = await run([1, 2, 3, 4, 5]);

    expect(results.map(outcomeOf)).toEqual(['1 fine', '2 fine', '3 fine', '4 fine', '5 fine']);
    expect(reachable).toContain('switched on');
  });

  it('make what fails smaller', async () => {
    const [result] = (await run([13])).results;

    expect(result?.run.failure).toMatchObject({ invariant: 'told' });
    expect(result?.shrunk?.failure?.deeds).toHaveLength(2);
  });

  it('leave it as it is where they are told so', async () => {
    const [result] = (await run([13], {}, { shrinkMs: null })).results;

    expect(result).toMatchObject({ run: { failure: { invariant: 'told' } }, shrunk: null });
  });

  it('may die: the seed has failed, and the others are run', async () => {
    const { results } = await run([1, 17, 2]);

    expect(results.map(outcomeOf)).toEqual(['1 fine', '17 sound', '2 fine']);
    expect(results[1]?.run.failure?.message).toMatch(/^the process that ran it died after .*: exit code 7$/);
  });

  it('are killed when they say nothing any more: the seed has failed, and the others are run', async () => {
    const clock = createFakeClock();
    let hasWaited = false;
    const onMessage = ({ type }: WorkerMessage): void => {
      if (type !== 'ready' || hasWaited) return;
      hasWaited = true;
      // Once it has been given its first seed.
      setImmediate(() => void clock.advance(SILENT_MS));
    };
    const { results } = await run([19, 1], { clock, workers: 1, onMessage });

    expect(results.map(outcomeOf)).toEqual(['19 bounded', '1 fine']);
  });

  it('that cannot start make the whole simulation fail', async () => {
    await expect(run([1], { ring: 'stack' })).rejects.toThrow(
      /^a worker for the ring stack died .*no such ring of toys/s,
    );
  });

  it('are ended by who no longer wants to know', async () => {
    const ending = new AbortController();
    const onMessage = ({ type }: WorkerMessage): void => {
      if (type === 'ready') setImmediate(() => ending.abort());
    };

    expect((await run([19, 1], { signal: ending.signal, onMessage })).results).toEqual([]);
  });
});

async function run(seeds: number[], options: Partial<PoolOptions> = {}, how: Partial<Job> = {}) {
  const results: Result[] = [];
  const numbers = [...seeds];
  const reachable = await runPool({
    file: new URL('./toy-worker.ts', import.meta.url),
    ring: 'engine',
    clock: createFakeClock(),
    silentMs: SILENT_MS,
    workers: 2,
    next() {
      const number = numbers.shift();
      const steps = 10 * FAULTY_STEP;
      return number === undefined ? null : { seed: { number }, steps, leftOut: new Set(), shrinkMs: 60_000, ...how };
    },
    onResult: (result) => results.push(result),
    ...options,
  });
  return {
    results: results.toSorted((a, b) => seeds.indexOf(a.run.seed.number) - seeds.indexOf(b.run.seed.number)),
    reachable,
  };
}

function outcomeOf({ run: { seed, failure } }: Result): string {
  return `${seed.number} ${failure?.invariant ?? 'fine'}`;
}
