import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const PATIENCE_MS = 1_000;

const FORMS = { error: 'expected a text, { env = "NAME" } or { file = "/PATH" }' } as const;

/** A secret of a volume: as it is, or where it is. */
export const Secret = z.union(
  [
    z.string(FORMS).regex(/^\P{Cc}+$/u, FORMS),
    z.strictObject({ env: z.string(FORMS).min(1, FORMS) }),
    z.strictObject({ file: z.string(FORMS).min(1, FORMS) }),
  ],
  FORMS,
);
export type Secret = z.infer<typeof Secret>;

/** A file that the options name, or a variable of the environment, is not there or not usable. */
export class OptionUnreadable extends Error {
  override readonly name = 'OptionUnreadable';
}

/**
 * The secret as it is now: a file or variable is read each time, so that one that is replaced is used without a
 * restart. Line breaks around a file's content do not count. Rejects with an `OptionUnreadable` that names the place.
 */
export async function readSecret(secret: Secret): Promise<string> {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) return usable(process.env[secret.env] ?? '', `the environment variable ${secret.env}`);
  return usable(withoutBreaks(await readTextFile(secret.file)), `the file ${secret.file}`);
}

const reading = new Map<string, Promise<string>>();

/**
 * Rejects with an `OptionUnreadable` that names the file. Reads it once at a time: where its mount hangs, every read
 * keeps one of the few threads that all of the service has for files and host names.
 */
export function readTextFile(file: string): Promise<string> {
  const read = reading.get(file) ?? readNow(file).finally(() => reading.delete(file));
  reading.set(file, read);
  return inTime(read, file);
}

async function inTime(read: Promise<string>, file: string): Promise<string> {
  const late = new OptionUnreadable(`the file ${file} cannot be read: its file system does not answer`);
  const patience = new AbortController();
  const waited = delay(PATIENCE_MS, null, { signal: patience.signal });
  try {
    return await Promise.race([read, waited.then(() => Promise.reject(late))]);
  } finally {
    waited.catch(() => {});
    patience.abort();
  }
}

async function readNow(file: string): Promise<string> {
  try {
    // To open anything else may take for ever, and keep the process from ending.
    if (!(await stat(file)).isFile()) throw new OptionUnreadable(`${file} is not a regular file`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof OptionUnreadable) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new OptionUnreadable(`the file ${file} cannot be read: ${code ?? String(error)}`, { cause: error });
  }
}

/** Editors put a mark at the beginning of a text, and a line break at its end. */
const withoutBreaks = (text: string): string => text.replaceAll(/^\uFEFF?[\r\n]*|[\r\n]*$/g, '');

/** It may have to travel in a header, whose characters are limited. */
function usable(value: string, place: string): string {
  if (value.trim() === '') throw new OptionUnreadable(`${place} is empty or not there`);
  if (/\p{Cc}/u.test(value)) throw new OptionUnreadable(`${place} holds more than one line, or control characters`);
  return value;
}
