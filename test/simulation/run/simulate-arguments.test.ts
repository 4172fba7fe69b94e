import { describe, expect, it } from 'vitest';
import { replayCommand } from './replay-command.ts';
import { ArgumentError, parseArguments } from './simulate-arguments.ts';
import { seedNumbers } from './seed-numbers.ts';
import { stepsWithout } from './kept-steps.ts';

const NOW_MS = 1_769_000_000_500;
const parse = (line: string) => parseArguments(line.split(' '), NOW_MS);

describe('the arguments of a simulation', () => {
  it('may be none', () => {
    expect(parseArguments([], NOW_MS)).toBeNull();
  });

  it('say all that there is to say', () => {
    const line = '--ring stack --seed 7 --steps 20 --keep 3,7 --proxies 1 --managers 2 --jobs 3 --strict';

    expect(parse(`${line} --no-shrink --stop-at-first`)).toEqual({
      ring: 'stack',
      seeds: { type: 'one', number: 7 },
      steps: 20,
      keep: [3, 7],
      limits: { proxies: 1, managers: 2 },
      jobs: 3,
      isShrinking: false,
      isStoppingAtFirst: true,
      isStrict: true,
    });
  });

  it.each([
    ['--seed 1', { ring: 'engine', steps: 10_000, keep: null, limits: {}, isShrinking: true, isStrict: false }],
    ['--seed 1 --ring stack', { steps: 500 }],
    ['--seeds 3..5', { seeds: { type: 'range', from: 3, to: 5 } }],
    ['--for 1h30m --from 12', { seeds: { type: 'hunt', from: 12, forMs: 5_400_000 } }],
    ['--for 30', { seeds: { type: 'hunt', from: 1_769_000_000, forMs: 30_000 } }],
    ['--seed 1 --keep none', { keep: [] }],
  ])('are read: %s', (line, wanted) => {
    expect(parse(line)).toMatchObject(wanted);
  });

  it.each([
    ['--ring moon --seed 1', '--ring: expected engine or stack, found "moon"'],
    ['--steps 5', 'expected one of --seed, --seeds and --for'],
    ['--seed 1 --seeds 1..2', 'expected one of --seed, --seeds and --for'],
    ['--seed one', '--seed: expected a whole number, found "one"'],
    ['--seeds 5..1', '--seeds: expected a range such as 1..200, found "5..1"'],
    ['--seeds 5', '--seeds: expected a range such as 1..200, found "5"'],
    ['--for soon', '--for: expected a duration such as 30s or 10m, found "soon"'],
    ['--seed 1 --from 2', '--from: expected beside --for only'],
    ['--seeds 1..2 --keep 3', '--keep: expected beside --seed only'],
    ['--seed 1 --keep 3,x', '--keep: expected steps such as 3,7,12, or none, found "3,x"'],
    ['--seed 1 --steps 0', '--steps: expected at least 1, found "0"'],
    ['--seed 1 --jobs few', '--jobs: expected a whole number, found "few"'],
    ['--seed 1 --proxies', "Option '--proxies <value>' argument missing"],
    ['--seed 1 --fast', "Unknown option '--fast'"],
    ['7', "Unexpected argument '7'. This command does not take positional arguments"],
  ])('that are wrong are named: %s', (line, message) => {
    expect(() => parse(line)).toThrow(new ArgumentError(message));
  });

  it.each([
    ['--ring engine --seed 7 --steps 13 --keep 3,7,12 --proxies 1'],
    ['--ring stack --seed 1 --steps 5 --keep none'],
  ])('are given back by the command that replays what they say: %s', (line) => {
    const { ring, seeds, steps, keep, limits } = parse(line)!;
    const seed = { number: seeds.type === 'one' ? seeds.number : -1, limits };
    const leftOut = stepsWithout(keep!, steps);

    expect(
      replayCommand(ring, { seed, steps, leftOut, simulatedMs: 0, happened: 0, counts: new Map(), failure: null }),
    ).toBe(`npm run simulate -- ${line}`);
  });
});

describe('the seeds of a simulation', () => {
  it('are those of its range, in their order', () => {
    const next = seedNumbers({ type: 'range', from: 3, to: 5 });

    expect([next(), next(), next(), next()]).toEqual([3, 4, 5, null]);
  });

  it('are over with the time of a hunt', () => {
    expect(seedNumbers({ type: 'hunt', from: 3, forMs: 0 })()).toBeNull();
    expect(seedNumbers({ type: 'hunt', from: 3, forMs: 3_600_000 })()).toBe(3);
  });
});
