import { createCoverage } from '../world/coverage.ts';
import { createJournal } from '../world/journal.ts';
import { createKernel } from '../world/kernel.ts';
import { createRandom } from '../world/random.ts';
import type { Ring, Seed, World } from '../ring.ts';
import { Violation } from '../world/violation.ts';

/** What is wrong with a toy world. */
export type ToyFault =
  /** Once the first of its lamps has been switched on twice, with nothing but time between. */
  | 'violation'
  | 'error'
  | 'rejection'
  /** Time does not go on. */
  | 'loop'
  /** It waits for what never comes. */
  | 'stuck'
  /** Its process ends. */
  | 'death'
  /** It is not mended by a rest, and leaves something behind. */
  | 'restless'
  | 'leak';

/** At which step most of them show, and the first one at the earliest. */
export const FAULTY_STEP = 30;

/** Worlds of some lamps that are switched, one a step; which seeds are wrong, and how, is up to the test. */
export function createToyRing(faultOf: (seed: number) => ToyFault | null): Ring {
  return {
    name: 'engine',
    reachable: ['switched on', 'switched off', 'rested', 'step: first', 'step: later'],
    createWorld: (seed) => createToyWorld(seed, faultOf(seed.number)),
  };
}

function createToyWorld(seed: Seed, fault: ToyFault | null): World {
  const kernel = createKernel({ drain: nothing, onHappened: () => {} });
  const journal = createJournal(kernel.now);
  const coverage = createCoverage();
  const lamps = Math.min(5, seed.limits?.proxies ?? Infinity);
  let inARow = 0;

  return { kernel, journal, coverage, step, rest, end, release() {}, describe };

  async function step(index: number, { isDeedLeftOut }: { isDeedLeftOut: boolean }): Promise<void> {
    coverage.reached(index === 0 ? 'step: first' : 'step: later');
    kernel.after(1, null, () => {
      if (!isDeedLeftOut) switchLamp(index);
      if (index === FAULTY_STEP) show(fault);
    });
    await kernel.advance(1_000);
    if (fault === 'stuck' && index === FAULTY_STEP) await new Promise(() => {});
  }

  async function rest(): Promise<void> {
    journal.note('all', 'rest');
    coverage.reached('rested');
    inARow = 0;
    if (fault === 'restless') throw new Violation('agreed', 'it does not rest');
  }

  async function end(): Promise<void> {
    if (fault === 'leak') throw new Violation('released', 'something is left');
  }

  function describe(index: number): string {
    const { lamp, isOn } = deedOf(index);
    return `lamp ${lamp} ${isOn ? 'on' : 'off'}`;
  }

  function deedOf(index: number): { lamp: number; isOn: boolean } {
    const random = createRandom(seed.number, 'deed', index);
    return { lamp: Math.floor(random.next() * lamps), isOn: random.chance(0.5) };
  }

  function switchLamp(index: number): void {
    const { lamp, isOn } = deedOf(index);
    journal.note(`lamp ${lamp}`, isOn ? 'on' : 'off');
    coverage.reached(isOn ? 'switched on' : 'switched off');
    if (lamp !== 0 || index < FAULTY_STEP) return;
    inARow = isOn ? inARow + 1 : 0;
    if (fault === 'violation' && inARow === 2) throw new Violation('told', 'the first lamp is on already');
  }

  function show(shown: ToyFault | null): void {
    if (shown === 'error') throw new TypeError('a lamp is broken');
    if (shown === 'rejection') void Promise.reject(new RangeError('nobody takes this'));
    if (shown === 'death') process.exit(7);
    const again = (): void => void kernel.after(0, null, again);
    if (shown === 'loop') again();
  }
}

async function nothing(): Promise<void> {}
