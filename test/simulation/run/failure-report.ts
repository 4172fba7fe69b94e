import { failureLine } from './failure-line.ts';
import type { Result } from './job.ts';
import { replayCommand } from './replay-command.ts';
import type { RingName } from '../rings.ts';
import type { Run } from './run-seed.ts';
import { INVARIANTS } from '../world/violation.ts';

/** The latest lines of a timeline that are shown. */
const SHOWN = 80;
const MOST_CHARACTERS = 400;

/** All that helps to understand a failure: what happened in the smallest run that has it, and how to see it again. */
export function failureReport(ring: RingName, { run, shrunk }: Result): string {
  const told = shrunk ?? run;
  const { failure } = told;
  if (failure === null || run.failure === null) return '';
  return [
    failureLine(run),
    `  ${run.failure.invariant}: ${INVARIANTS[run.failure.invariant]}`,
    ...(shrunk === null ? [] : ['', `made smaller: ${worldOf(shrunk)}`, `  ${failure.message}`]),
    ...section('what was done', failure.deeds),
    ...section('what happened', failure.timeline.slice(-SHOWN).map(clipped)),
    ...section('what was thrown', failure.cause === '' ? [] : failure.cause.trimEnd().split('\n')),
    '',
    'to see it again:',
    `  ${replayCommand(ring, run)}`,
    ...(shrunk === null ? [] : [`  ${replayCommand(ring, shrunk)}`]),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];
}

const clipped = (line: string): string => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line);

function worldOf({ steps, leftOut, seed }: Run): string {
  const limits = Object.entries(seed.limits ?? {}).map(([kind, limit]) => `${kind} at most ${limit}`);
  return [`${steps} steps`, `${steps - leftOut.size} deeds`, ...limits].join(', ');
}
