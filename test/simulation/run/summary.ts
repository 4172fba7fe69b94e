import { formatDuration } from '../../../schema/duration.ts';
import { coverageTable, figure } from './coverage-table.ts';
import { failureLine } from './failure-line.ts';
import { replayCommand } from './replay-command.ts';
import type { RingName } from '../rings.ts';
import type { Tally } from './tally.ts';

export interface Simulated {
  readonly ring: RingName;
  readonly tally: Tally;
  /** How long it took, in real time. */
  readonly tookMs: number;
}

const DAY_MS = 86_400_000;

/** What the runs came to, in one line. */
export function summaryLine({ ring, tally, tookMs }: Simulated): string {
  return [
    `ring ${ring}: ${counted(tally.seeds(), 'seed')}`,
    counted(tally.steps(), 'step'),
    `${(tally.simulatedMs() / DAY_MS).toLocaleString('en', { maximumFractionDigits: 1 })} simulated days`,
    `${counted(tally.happened(), 'thing')} happened`,
    `in ${formatDuration(Math.ceil(tookMs / 1_000) * 1_000)}`,
  ].join(', ');
}

/** What the runs came to, all of it; with what they never reached. */
export function summary(simulated: Simulated, unreached: readonly string[]): string {
  const { ring, tally } = simulated;
  const failed = tally.failed();
  return [
    ...[summaryLine(simulated), coverageTable(tally.counts())].filter((part) => part !== ''),
    ...(unreached.length === 0 ? [] : [`never reached: ${unreached.join(', ')}`]),
    ...failed.map((run) => `${failureLine(run)}\n  ${replayCommand(ring, run)}`),
    counted(failed.length, 'failure'),
  ].join('\n\n');
}

const counted = (count: number, what: string): string => `${figure(count)} ${what}${count === 1 ? '' : 's'}`;
