import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type FailureLine, findFailureLine } from '../run/failure-line.ts';
import type { Mutation } from './mutations.ts';
import type { RingName } from '../rings.ts';
import { copySources } from './source-copy.ts';

/** Which ring has found a planted fault, and where. */
export interface Caught extends FailureLine {
  readonly ring: RingName;
}

/** How much of each ring is run before it counts as not having found anything. */
const TRIED = {
  engine: ['--seeds', '1..40', '--steps', '3000'],
  stack: ['--seeds', '1..6', '--steps', '300'],
} as const satisfies Record<RingName, readonly string[]>;

/**
 * Runs the rings on sources with a planted fault, and says which one finds it; null if none does. Without a fault both
 * are run, and null is what it should be. Rejects where a ring cannot be run at all.
 */
export async function tryMutation(mutation: Mutation | null): Promise<Caught | null> {
  const { directory, remove } = copySources(mutation);
  try {
    for (const ring of mutation?.ring === undefined ? (['engine', 'stack'] as const) : [mutation.ring]) {
      const failure = await simulate(directory, ring).catch((cause: Error) => {
        throw new Error(`${mutation?.name ?? 'without a fault'}: ${cause.message}`, { cause });
      });
      if (failure !== null) return { ring, ...failure };
    }
    return null;
  } finally {
    remove();
  }
}

/** One process alone, so that it is the same seed each time that is found to fail first. */
async function simulate(directory: string, ring: RingName): Promise<FailureLine | null> {
  const program = join(directory, 'test/simulation/simulate.ts');
  const how = ['--jobs', '1', '--no-shrink', '--stop-at-first'];
  const child = spawn(process.execPath, [program, '--ring', ring, ...TRIED[ring], ...how], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [printed, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await closed) === 0) return null;
  const failure = findFailureLine(printed);
  if (failure === null) throw new Error(`the ring ${ring} cannot be run: ${complained || printed}`);
  return failure;
}
