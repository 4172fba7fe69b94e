import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every file below `folder` whose name ends so: relative to the repository, with forward slashes, in order. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith(ending))
    .toSorted();
}

/** The pages that people read. */
export const PAGES: readonly string[] = ['README.md', ...filesBelow('docs', '.md')];

/** What stands in the fenced blocks of a page that are of one language. */
export function blocksOf(page: string, language: string): string[] {
  return Array.from(read(page).matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, word, body = '']) => ({ word, body }))
    .filter(({ word }) => word === language)
    .map(({ body }) => body);
}

export interface PackageJson {
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

export const PACKAGE = JSON.parse(read('package.json')) as PackageJson;
