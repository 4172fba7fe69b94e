import { systemClock } from '../../../cli/system-clock.ts';
import { failureReport } from './failure-report.ts';
import type { Result } from './job.ts';
import { stepsWithout } from './kept-steps.ts';
import { runPool } from './pool.ts';
import { realMs } from './real-time.ts';
import type { RingName } from '../rings.ts';
import { seedNumbers } from './seed-numbers.ts';
import { ArgumentError, parseArguments, type Wanted } from './simulate-arguments.ts';
import { summary, summaryLine } from './summary.ts';
import { createTally } from './tally.ts';
import { USAGE } from './usage.ts';

export interface SimulationOptions {
  /** The file that worker processes run. */
  readonly worker: URL;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Ends it before its time; what it came to is told all the same. */
  readonly signal?: AbortSignal;
}

/** From how many seeds on everything that can be reached is. */
const ENOUGH = { engine: 100, stack: 20 } as const satisfies Record<RingName, number>;
const SILENT_MS = 60_000;
const SHRINK_MS = 120_000;
/** What fails so often is not made smaller each time. */
const MOST_SHRUNK = 3;

/** Does what the arguments say, and says with which code to exit. */
export async function runSimulation(argv: readonly string[], options: SimulationOptions): Promise<number> {
  const { print, complain } = options;
  try {
    const wanted = parseArguments(argv, Date.now());
    if (wanted === null) print(USAGE);
    return wanted === null ? 0 : await simulate(wanted, options);
  } catch (error) {
    complain(`simulate: ${(error as Error).message}`);
    return error instanceof ArgumentError ? 2 : 1;
  }
}

async function simulate(wanted: Wanted, { worker, print, signal }: SimulationOptions): Promise<number> {
  const { ring, seeds, steps, keep, limits } = wanted;
  const startedMs = realMs();
  const tally = createTally();
  const ending = new AbortController();
  const nextNumber = seedNumbers(seeds);
  if (seeds.type === 'hunt') print(`ring ${ring}, from seed ${seeds.from}`);
  const reachable = await runPool({
    file: worker,
    ring,
    clock: systemClock,
    silentMs: SILENT_MS,
    workers: seeds.type === 'one' ? 1 : wanted.jobs,
    signal: AbortSignal.any([ending.signal, ...(signal === undefined ? [] : [signal])]),
    next() {
      const number = nextNumber();
      if (number === null) return null;
      const leftOut = keep === null ? new Set<number>() : stepsWithout(keep, steps);
      const shrinkMs = wanted.isShrinking && tally.failed().length < MOST_SHRUNK ? SHRINK_MS : null;
      return { seed: { number, limits }, steps, leftOut, shrinkMs };
    },
    onResult: take,
  });
  const simulated = { ring, tally, tookMs: realMs() - startedMs };
  const unreached = reachable.filter((what) => !tally.counts().has(what));
  print(seeds.type === 'one' && !wanted.isStrict ? summaryLine(simulated) : summary(simulated, unreached));
  const isWrong = unreached.length > 0 && (wanted.isStrict || tally.seeds() >= ENOUGH[ring]);
  return isWrong || tally.failed().length > 0 ? 1 : 0;

  function take(result: Result): void {
    if (ending.signal.aborted) return;
    tally.add(result.run);
    if (result.run.failure === null) return;
    print(failureReport(ring, result));
    if (wanted.isStoppingAtFirst) ending.abort();
  }
}
