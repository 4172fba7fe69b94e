import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutations.ts';
import { planted } from './planted.ts';

/** The sources once more, to be changed as one likes. */
export interface SourceCopy {
  readonly directory: string;
  readonly remove: () => void;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Copies the sources as they are, committed or not, and plants a fault in them; null: none. */
export function copySources(mutation: Mutation | null): SourceCopy {
  const directory = mkdtempSync(join(tmpdir(), 'volhealth-simulation-'));
  const remove = (): void => rmSync(directory, { recursive: true });
  try {
    for (const path of sources()) cpSync(join(ROOT, path), join(directory, path));
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'dir');
    if (mutation !== null) {
      const file = join(directory, mutation.file);
      writeFileSync(file, planted(readFileSync(file, 'utf8'), mutation));
    }
    return { directory, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function sources(): string[] {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const listing = execFileSync('git', ['-c', 'safe.directory=*', ...options], { cwd: ROOT, encoding: 'utf8' });
  return listing.split('\0').filter((path) => path !== '' && !path.startsWith('docs/') && existsSync(join(ROOT, path)));
}
