import { readFileSync } from 'node:fs';
import type { ReadConfig } from '../schema/config-file.ts';
import { type ConfigKind, configKindOf } from './config-kind.ts';
import { embeddedDefault } from './embedded.ts';
import { CannotRun } from './run.ts';

interface Source<T> {
  readonly kind: ConfigKind;
  readonly parse: (text: string, file: string) => ReadConfig<T>;
}

/** Reads a service's configuration from `file`, or the embedded default; prints what the file has that nobody knows. */
export function loadConfig<T>(file: string | undefined, source: Source<T>): T {
  const { config, warnings } = parsedConfig(file, source);
  for (const warning of warnings) console.error(`warning: ${warning}`);
  return config;
}

/** As `loadConfig`, and prints nothing. */
export function parsedConfig<T>(file: string | undefined, { kind, parse }: Source<T>): ReadConfig<T> {
  const text = file === undefined ? embeddedDefault()[`${kind}Toml`] : readConfig(file);
  const found = configKindOf(text);
  if (found !== null && found !== kind) throw new CannotRun(`${file} is the configuration of a ${found}`);
  return parse(text, file ?? '(embedded default)');
}

export function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new CannotRun(`cannot read ${file}: ${WHY[code] ?? message}`);
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'you may not read it',
};
