import { readFileSync } from 'node:fs';
import type { ReadConfig } from '../schema/config-file.ts';
import { embeddedDefault } from './embedded.ts';
import { CannotRun } from './run.ts';

/** Reads a service's configuration from `file`, or the embedded default; prints what the file has that nobody knows. */
export function loadConfig<T>(
  file: string | undefined,
  { kind, parse }: { kind: 'proxy' | 'manager'; parse: (text: string, file: string) => ReadConfig<T> },
): T {
  const { config, warnings } =
    file === undefined ? parse(embeddedDefault()[`${kind}Toml`], '(embedded default)') : parse(readConfig(file), file);
  for (const warning of warnings) console.error(`warning: ${warning}`);
  return config;
}

export function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CannotRun(`cannot read ${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
