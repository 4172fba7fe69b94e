import { describe, expect, it } from 'vitest';
import type { Ring } from '../ring.ts';
import { runSeed } from './run-seed.ts';
import { createToyRing, FAULTY_STEP } from './toy-ring.ts';

const SOUND = createToyRing(() => null);

describe('a run of a seed', () => {
  it('says how long it was, and what happened in it', async () => {
    const run = await runSeed(SOUND, { number: 1 }, { steps: 100 });

    expect(run).toMatchObject({ seed: { number: 1 }, steps: 100, simulatedMs: 100_000, happened: 100, failure: null });
    expect(run.counts.get('switched on')! + run.counts.get('switched off')!).toBe(100);
  });

  it('is the same each time', async () => {
    const ring = createToyRing(() => 'violation');
    const runs = [
      await runSeed(ring, { number: 3 }, { steps: 1_000 }),
      await runSeed(ring, { number: 3 }, { steps: 1_000 }),
    ];

    const [first, second] = runs.map(({ failure, ...run }) => ({ ...run, timeline: failure?.timeline }));
    expect(first?.timeline).not.toEqual([]);
    expect(first).toEqual(second);
  });

  it('hears of each step', async () => {
    const heard: number[] = [];
    await runSeed(SOUND, { number: 1 }, { steps: 3, onStep: (step) => heard.push(step) });

    expect(heard).toEqual([0, 1, 2]);
  });

  it.each([
    ['error', 'sound', 'a lamp is broken', FAULTY_STEP],
    ['rejection', 'sound', 'nobody takes this', FAULTY_STEP],
    ['loop', 'bounded', 'more happened until 30001 ms than was to happen', FAULTY_STEP],
    ['leak', 'released', 'something is left', 99],
    ['restless', 'agreed', 'it does not rest', 99],
  ] as const)('with a fault of the kind "%s" breaks the invariant "%s"', async (fault, invariant, message, step) => {
    const { failure } = await runSeed(
      createToyRing(() => fault),
      { number: 1 },
      { steps: 100 },
    );

    expect(failure).toMatchObject({ invariant, message, step, cause: expect.stringContaining(message) as string });
  });

  it('takes an error that is thrown where nobody waits for it, though nothing goes on then', async () => {
    const thrower: Ring = {
      ...SOUND,
      createWorld: (seed) => ({
        ...SOUND.createWorld(seed),
        step: () => {
          setImmediate(() => {
            throw new Error('out of the blue');
          });
          return new Promise(() => {});
        },
      }),
    };
    const { failure } = await runSeed(thrower, { number: 1 }, { steps: 5 });

    expect(failure).toMatchObject({ invariant: 'sound', message: 'out of the blue', step: 0 });
  });

  it('gives the errors that nobody takes back to whoever took them before', async () => {
    const before = process.rawListeners('unhandledRejection');
    expect(before).not.toEqual([]);
    await runSeed(
      createToyRing(() => 'rejection'),
      { number: 1 },
      { steps: 100 },
    );

    expect(process.rawListeners('unhandledRejection')).toEqual(before);
  });

  it('fails where its world cannot be made', async () => {
    const ring: Ring = {
      ...SOUND,
      createWorld: () => {
        throw new Error('no world');
      },
    };
    const run = await runSeed(ring, { number: 1 }, { steps: 100 });

    expect(run.failure).toMatchObject({ invariant: 'sound', message: 'no world', step: 0, timeline: [] });
  });

  it('fails the same way when it takes no more steps than led there', async () => {
    const ring = createToyRing(() => 'violation');
    const { failure } = await runSeed(ring, { number: 3 }, { steps: 1_000 });
    const again = await runSeed(ring, { number: 3 }, { steps: failure!.step + 1 });

    expect(again.failure).toMatchObject({ step: failure!.step, timeline: failure!.timeline });
  });

  it('rests every 1,000 to 3,000 steps, and at its end', async () => {
    const rests = await restsOf({ steps: 12_000 });

    const gaps = rests.map((step, index) => step - (rests[index - 1] ?? 0));
    expect(gaps.slice(0, -1).filter((gap) => gap < 1_000 || gap > 3_000)).toEqual([]);
    expect(rests.length).toBeGreaterThan(3);
    expect(rests.at(-1)).toBe(11_999);
  });

  it('rests at the same steps, whatever is left out', async () => {
    const leftOut = new Set(Array.from({ length: 12_000 }, (_, step) => step));

    expect(await restsOf({ steps: 12_000, leftOut })).toEqual(await restsOf({ steps: 12_000 }));
  });

  it('names the latest deeds that were not left out', async () => {
    const { failure } = await runSeed(
      createToyRing(() => 'error'),
      { number: 1 },
      { steps: 100, leftOut: new Set([29]) },
    );

    expect(failure?.deeds.slice(-2).map((deed) => deed.split('  ')[0])).toEqual(['28', '30']);
    expect(failure?.deeds[0]).toMatch(/^0 {2}lamp \d (on|off)$/);
  });

  it('counts no deed that is left out', async () => {
    const steps = 50;
    const leftOut = new Set(Array.from({ length: steps }, (_, step) => step).slice(1));
    const { counts } = await runSeed(SOUND, { number: 1 }, { steps, leftOut });

    expect([...counts.keys()].filter((what) => what.startsWith('switched'))).toHaveLength(1);
  });
});

/** After which steps a world rests. */
async function restsOf(options: { steps: number; leftOut?: ReadonlySet<number> }): Promise<number[]> {
  const rests: number[] = [];
  let latest = 0;
  const ring: Ring = {
    ...SOUND,
    createWorld(seed) {
      const world = SOUND.createWorld(seed);
      return {
        ...world,
        step: async (index, how) => {
          latest = index;
          await world.step(index, how);
        },
        rest: async () => void rests.push(latest),
      };
    },
  };
  await runSeed(ring, { number: 5 }, options);
  return rests;
}
