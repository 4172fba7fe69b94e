import { describe, expect, it } from 'vitest';
import { findFailureLine } from './failure-line.ts';
import { runSimulation } from './run-simulation.ts';

// The seeds whose worlds are wrong are named in toy-worker.ts.

describe('simulating', () => {
  it('says how it is used where it is told nothing', async () => {
    expect(await simulate('')).toMatchObject({ code: 0, printed: expect.stringContaining('--seeds 1..200') as string });
  });

  it('complains of an argument that it cannot read', async () => {
    expect(await simulate('--seed x')).toEqual({
      code: 2,
      printed: '',
      complained: 'simulate: --seed: expected a whole number, found "x"',
    });
  });

  it('fails where no world can be had', async () => {
    expect(await simulate('--ring stack --seed 1')).toMatchObject({
      code: 1,
      complained: expect.stringMatching(/^simulate: a worker for the ring stack died/) as string,
    });
  });

  it('says of a seed in which all is well what it came to, in one line', async () => {
    const { code, printed } = await simulate('--seed 1 --steps 100');

    expect(code).toBe(0);
    expect(printed).toMatch(/^ring engine: 1 seed, 100 steps, 0 simulated days, 100 things happened, in \d+s$/);
  });

  it('tells of a seed that fails all that helps to understand it', async () => {
    const { code, printed } = await simulate('--seed 13 --steps 300');

    expect(code).toBe(1);
    expect(findFailureLine(printed)).toEqual({ seed: 13, step: 45, invariant: 'told' });
    expect(printed).toContain('told: what a subscriber was told adds up to what a query answers');
    expect(printed).toContain('made smaller: 33 steps, 2 deeds');
    expect(printed).toMatch(/what was done:\n {2}31 {2}lamp 0 on\n {2}32 {2}lamp 0 on\n/);
    expect(printed).toMatch(/what happened:\n +31\.001 s {2}lamp 0 +on\n/);
    expect(printed).toMatch(/what was thrown:\n {2}Violation: the first lamp is on already\n +at /);
  });

  it('gives a command for each that does the same again, whole and made smaller', async () => {
    const { printed } = await simulate('--seed 13 --steps 300');
    const commands = Array.from(printed.matchAll(/^ {2}npm run simulate -- (.+)$/gm), ([, line = '']) => line);
    const again = await Promise.all(commands.map((line) => simulate(`${line} --no-shrink`)));

    expect(again.map((one) => findFailureLine(one.printed))).toEqual([
      { seed: 13, step: 45, invariant: 'told' },
      { seed: 13, step: 32, invariant: 'told' },
    ]);
  });

  it('sums up many seeds: what they came to, and those that failed with their commands', async () => {
    const { code, printed } = await simulate('--seeds 12..14 --steps 100 --no-shrink');
    const summary = printed.slice(printed.indexOf('ring engine: '));

    expect(code).toBe(1);
    expect(printed).not.toContain('made smaller');
    expect(summary).toMatch(/^ring engine: 3 seeds, 246 steps, 0 simulated days, 246 things happened, in \d+s$/m);
    expect(summary).toMatch(
      /^what was done\n( {2}switched (on |off) +\d+\n){2} {2}rested {8} +2\n\nstep\n {2}later +243\n {2}first +3$/m,
    );
    expect(summary).toMatch(
      /^seed 13, step 45: told: .+\n {2}npm run simulate -- --ring engine --seed 13 --steps 46$/m,
    );
    expect(summary).toMatch(/^1 failure$/m);
  });

  it('ends with the first seed that fails where it is told so', async () => {
    const { code, printed } = await simulate('--seeds 12..99999999 --steps 100 --no-shrink --stop-at-first --jobs 1');

    expect(code).toBe(1);
    expect(printed).toContain('ring engine: 2 seeds');
  });

  it('hunts from a seed until the time is over', async () => {
    expect(await simulate('--for 200ms --from 100 --steps 10 --jobs 1')).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/^ring engine, from seed 100\nring engine: /) as string,
    });
  });

  it('is wrong where many seeds do not reach what can be reached, and few only where it is to be strict', async () => {
    const many = await simulate('--seeds 1001..1100 --steps 1');
    const few = await simulate('--seeds 1001..1010 --steps 1');
    const strict = await simulate('--seeds 1001..1010 --steps 1 --strict');

    expect([many.code, few.code, strict.code]).toEqual([1, 0, 1]);
    for (const { printed } of [many, few, strict]) expect(printed).toMatch(/^never reached: step: later$/m);
  });

  it('tells what it came to when it is interrupted', async () => {
    expect(await simulate('--for 1d', AbortSignal.timeout(300))).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/\nring engine: [^]*0 failures$/) as string,
    });
  });
});

async function simulate(line: string, signal?: AbortSignal) {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await runSimulation(line === '' ? [] : line.split(' '), {
    worker: new URL('./toy-worker.ts', import.meta.url),
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
    ...(signal === undefined ? {} : { signal }),
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}
