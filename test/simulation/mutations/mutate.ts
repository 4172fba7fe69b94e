import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { table } from '../../bench/table.ts';
import { type Mutation, MUTATIONS } from './mutations.ts';
import { planted } from './planted.ts';
import { type Caught, tryMutation } from './try-mutation.ts';

// `npm run simulate:mutations [-- --only "a part of a name"] [-- --jobs 2]`: plants each fault of mutations.ts in a copy
// of the sources, and says which ring finds it, by which invariant and where. First a copy without a fault is run.

const HEAD = ['fault', 'ring', 'invariant', 'seed', 'step'];

try {
  const { only, jobs } = wanted();
  process.exitCode = await tryAll(only, jobs);
} catch (error) {
  console.error(`simulate:mutations: ${(error as Error).message}`);
  process.exitCode = 2;
}

function wanted(): { only: readonly Mutation[]; jobs: number } {
  const { only = '', jobs = '2' } = parseArgs({
    options: { only: { type: 'string' }, jobs: { type: 'string' } },
  }).values;
  const chosen = MUTATIONS.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new Error(`--only: expected a part of a fault's name, found "${only}"`);
  if (!/^[1-9]\d{0,2}$/.test(jobs)) throw new Error(`--jobs: expected a whole number from 1 on, found "${jobs}"`);
  return { only: chosen, jobs: Number(jobs) };
}

async function tryAll(mutations: readonly Mutation[], jobs: number): Promise<number> {
  for (const mutation of mutations) {
    planted(readFileSync(new URL(`../../../${mutation.file}`, import.meta.url), 'utf8'), mutation);
  }
  const before = await tryMutation(null);
  if (before !== null) {
    console.log(`without a fault planted, something is wrong already:\n${table(HEAD, [rowOf('none', before)])}`);
    return 1;
  }
  console.log('without a fault planted, all is well');
  const rows = new Map<Mutation, string[]>();
  const left = [...mutations];
  const tryOn = async (): Promise<void> => {
    for (let mutation = left.shift(); mutation !== undefined; mutation = left.shift()) {
      const row = rowOf(mutation.name, await tryMutation(mutation));
      rows.set(mutation, row);
      console.log(row.join('  '));
    }
  };
  await Promise.all(Array.from({ length: jobs }, tryOn));
  const inOrder = mutations.map((mutation) => rows.get(mutation)!);
  console.log(`\n${table(HEAD, inOrder)}`);
  return inOrder.some((row) => row.length < HEAD.length) ? 1 : 0;
}

function rowOf(name: string, caught: Caught | null): string[] {
  if (caught === null) return [name, 'NOT CAUGHT'];
  return [name, caught.ring, caught.invariant, `${caught.seed}`, `${caught.step}`];
}
