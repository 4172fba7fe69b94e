import { describe, expect, it } from 'vitest';
import { keptSteps } from './kept-steps.ts';
import type { Ring } from '../ring.ts';
import { runSeed } from './run-seed.ts';
import { shrink } from './shrink.ts';
import { createToyRing, FAULTY_STEP } from './toy-ring.ts';

const STEPS = 400;

describe('shrinking', () => {
  it('leaves of a failing run only the deeds that it needs, in the smallest world', async () => {
    const ring = createToyRing(() => 'violation');
    const failed = await runSeed(ring, { number: 5 }, { steps: STEPS });
    const shrunk = (await shrink(ring, failed))!;

    expect(failed.failure?.deeds.length).toBeGreaterThan(2);
    expect(shrunk.failure).toMatchObject({ invariant: 'told', step: shrunk.steps - 1 });
    expect(shrunk.failure?.deeds).toEqual([
      expect.stringMatching(/^\d+ {2}lamp 0 on$/),
      expect.stringMatching(/^\d+ {2}lamp 0 on$/),
    ]);
    expect(shrunk.seed.limits).toMatchObject({ proxies: 1 });
  });

  it('comes to the same each time', async () => {
    const ring = createToyRing(() => 'violation');
    const failed = await runSeed(ring, { number: 6 }, { steps: STEPS });
    const [first, second] = [await shrink(ring, failed), await shrink(ring, failed)];

    expect(keptSteps(first!)).toEqual(keptSteps(second!));
    expect(first?.seed).toEqual(second?.seed);
  });

  it('gives a run that fails in the same way when it is run again', async () => {
    const ring = createToyRing(() => 'violation');
    const failed = await runSeed(ring, { number: 7 }, { steps: STEPS });
    const { seed, steps, leftOut, failure } = (await shrink(ring, failed))!;
    const again = await runSeed(ring, seed, { steps, leftOut });

    expect(again.failure).toMatchObject({ invariant: failure!.invariant, step: failure!.step });
  });

  it('leaves out every deed where none of them is needed', async () => {
    const ring = createToyRing(() => 'error');
    const failed = await runSeed(ring, { number: 1 }, { steps: STEPS });
    const shrunk = (await shrink(ring, failed))!;

    expect(shrunk).toMatchObject({ steps: FAULTY_STEP + 1 });
    expect(keptSteps(shrunk)).toEqual([]);
  });

  it('keeps to the invariant: what fails in another way when it is smaller is not smaller', async () => {
    // With fewer lamps than five it is another error.
    const ring = createToyRing(() => 'violation');
    const other = createToyRing(() => 'restless');
    const both: Ring = {
      ...ring,
      createWorld: (seed) => (seed.limits?.proxies === undefined ? ring : other).createWorld(seed),
    };
    const failed = await runSeed(both, { number: 5 }, { steps: STEPS });
    const shrunk = (await shrink(both, failed))!;

    expect(shrunk.failure?.invariant).toBe('told');
    expect(shrunk.seed.limits?.proxies).toBeUndefined();
  });

  it('says so where the failure does not come again', async () => {
    const failed = await runSeed(
      createToyRing(() => 'violation'),
      { number: 5 },
      { steps: STEPS },
    );

    expect(
      await shrink(
        createToyRing(() => null),
        failed,
      ),
    ).toBeNull();
  });

  it('makes do with what it has when its time is over', async () => {
    const ring = createToyRing(() => 'violation');
    const failed = await runSeed(ring, { number: 5 }, { steps: STEPS });
    const shrunk = await shrink(ring, failed, { budgetMs: 0 });

    expect(shrunk).toMatchObject({ steps: failed.failure!.step + 1, failure: { invariant: 'told' } });
  });
});
