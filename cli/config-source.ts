import { readFileSync } from 'node:fs';
import type { ReadConfig } from '../schema/config-file.ts';
import { type ConfigKind, configKindOf } from './config-kind.ts';
import { embeddedDefault } from './embedded.ts';
import { CannotRun } from './run.ts';

interface Source<R> {
  readonly kind: ConfigKind;
  readonly parse: (text: string, file: string) => R;
}

/** Reads a service's configuration from `file`, or the embedded default; prints what the file has that nobody knows. */
export function loadConfig<T>(file: string | undefined, source: Source<ReadConfig<T>>): T {
  return loadFile(file, source).config;
}

/** As `loadConfig`, with all else that was read. */
export function loadFile<R extends ReadConfig<unknown>>(file: string | undefined, source: Source<R>): R {
  const read = parsedConfig(file, source);
  for (const warning of read.warnings) console.error(`warning: ${warning}`);
  return read;
}

/** As `loadFile`, and prints nothing. */
export function parsedConfig<R>(file: string | undefined, { kind, parse }: Source<R>): R {
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
