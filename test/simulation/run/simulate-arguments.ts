import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parseDuration } from '../../../schema/duration.ts';
import type { Seed } from '../ring.ts';
import type { RingName } from '../rings.ts';

/** What is to be simulated. */
export interface Wanted {
  readonly ring: RingName;
  readonly seeds: WantedSeeds;
  readonly steps: number;
  /** The only steps whose deeds are done; null: all. */
  readonly keep: readonly number[] | null;
  readonly limits: NonNullable<Seed['limits']>;
  readonly jobs: number;
  readonly isShrinking: boolean;
  readonly isStoppingAtFirst: boolean;
  /** Whether it is wrong not to reach all that can be reached, though the seeds are few. */
  readonly isStrict: boolean;
}

export type WantedSeeds =
  | { readonly type: 'one'; readonly number: number }
  | { readonly type: 'range'; readonly from: number; readonly to: number }
  /** From a seed on, until the time is over. */
  | { readonly type: 'hunt'; readonly from: number; readonly forMs: number };

/** An argument that cannot be read; the message names it, and says what is expected. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

/** What each ring takes where nothing else is said. */
const STEPS = { engine: 10_000, stack: 500 } as const satisfies Record<RingName, number>;

/**
 * Reads what stands behind `simulate`; null where nothing does. A hunt that is not told where to begin does so at the
 * second that it is, where no other one has been. Throws an `ArgumentError`.
 */
export function parseArguments(argv: readonly string[], nowMs: number): Wanted | null {
  if (argv.length === 0) return null;
  const values = read(argv);
  const ring = ringOf(values.ring ?? 'engine');
  const seeds = seedsOf(values, nowMs);
  if (values.keep !== undefined && seeds.type !== 'one') throw new ArgumentError('--keep: expected beside --seed only');
  return {
    ring,
    seeds,
    steps: count('steps', values.steps) ?? STEPS[ring],
    keep: values.keep === undefined ? null : keepOf(values.keep),
    limits: Object.fromEntries(
      (['proxies', 'volumes', 'managers'] as const).flatMap((kind) => {
        const limit = count(kind, values[kind]);
        return limit === null ? [] : [[kind, limit]];
      }),
    ),
    jobs: count('jobs', values.jobs) ?? availableParallelism(),
    isShrinking: values['no-shrink'] !== true,
    isStoppingAtFirst: values['stop-at-first'] === true,
    isStrict: values.strict === true,
  };
}

type Values = ReturnType<typeof read>;

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ring: { type: 'string' },
        seed: { type: 'string' },
        seeds: { type: 'string' },
        for: { type: 'string' },
        from: { type: 'string' },
        steps: { type: 'string' },
        keep: { type: 'string' },
        proxies: { type: 'string' },
        volumes: { type: 'string' },
        managers: { type: 'string' },
        jobs: { type: 'string' },
        'no-shrink': { type: 'boolean' },
        'stop-at-first': { type: 'boolean' },
        strict: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new ArgumentError((error as Error).message, { cause: error });
  }
}

function ringOf(text: string): RingName {
  if (text === 'engine' || text === 'stack') return text;
  throw new ArgumentError(`--ring: expected engine or stack, found "${text}"`);
}

function seedsOf({ seed, seeds, for: duration, from }: Values, nowMs: number): WantedSeeds {
  if ([seed, seeds, duration].filter((one) => one !== undefined).length !== 1) {
    throw new ArgumentError('expected one of --seed, --seeds and --for');
  }
  if (from !== undefined && duration === undefined) throw new ArgumentError('--from: expected beside --for only');
  if (seed !== undefined) return { type: 'one', number: number('seed', seed) };
  if (seeds !== undefined) return rangeOf(seeds);
  const forMs = parseDuration(duration!);
  if (forMs === null) throw new ArgumentError(`--for: expected a duration such as 30s or 10m, found "${duration}"`);
  return { type: 'hunt', from: from === undefined ? Math.floor(nowMs / 1_000) : number('from', from), forMs };
}

function rangeOf(text: string): WantedSeeds {
  const [, from, to] = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to)) {
    throw new ArgumentError(`--seeds: expected a range such as 1..200, found "${text}"`);
  }
  return { type: 'range', from: Number(from), to: Number(to) };
}

function keepOf(text: string): number[] {
  if (text === 'none') return [];
  const steps = text.split(',');
  if (steps.every((step) => /^\d{1,15}$/.test(step))) return steps.map(Number);
  throw new ArgumentError(`--keep: expected steps such as 3,7,12, or none, found "${text}"`);
}

function number(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ArgumentError(`--${name}: expected a whole number, found "${text}"`);
}

function count(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = number(name, text);
  if (value > 0) return value;
  throw new ArgumentError(`--${name}: expected at least 1, found "${text}"`);
}
