import { z } from 'zod';
import { snakeCased, type TwiceWritten, writtenTwice } from './key-spelling.ts';
import { locateKeys } from './toml-lines.ts';

export interface ConfigFile {
  /** How the file is called in messages. */
  readonly file: string;
  readonly text: string;
  /** Parses the file's language; may throw an error with `line` and `message`, as smol-toml's do. */
  readonly parse: (text: string) => unknown;
  /** Dotted keys (`*` = any name) that others use in this file and that are ignored silently. */
  readonly ignored: readonly string[];
  /** What the schema cannot know: further mistakes in what was read, in snake_case, and keys that nobody knows. */
  readonly furtherIssues?: (raw: unknown) => readonly z.core.$ZodIssue[];
}

export interface ReadConfig<T> {
  readonly config: T;
  /** One line for each key that nobody knows. */
  readonly warnings: readonly string[];
}

/** A configuration with mistakes: one message each, `file:line  key  expected …, found …`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  constructor(problems: readonly string[], warnings: readonly string[] = []) {
    super(problems.join('\n'));
    this.problems = problems;
    this.warnings = warnings;
  }
}

/**
 * Reads a configuration by its strict schema: mistakes throw a `ConfigError` that names each with file, line and key;
 * keys that nobody knows are left out and come back as warnings.
 */
export function readConfigFile<S extends z.ZodType>(schema: S, source: ConfigFile): ReadConfig<z.output<S>> {
  const written = parsed(source);
  const lines = locateKeys(source.text);
  const say = (path: readonly PropertyKey[], message: string) =>
    `${source.file}:${lines(path)}  ${path.map(String).join('.') || '(file)'}  ${message}`;

  const twice = writtenTwice(written).filter(({ path }) => !isPassedOver(path, source.ignored));
  if (twice.length > 0) {
    throw new ConfigError(twice.map(({ path, keys }) => say([...path.slice(0, -1), keys.at(-1)!], keepOne(keys))));
  }
  const raw = snakeCased(written);
  const forbidden = forbiddenKeys(raw);
  if (forbidden.length > 0) throw new ConfigError(forbidden.map((path) => say(path, 'cannot be used as a name')));
  const unknown = flat(issuesOf(raw)).flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [],
  );
  for (const path of unknown) remove(raw, path);
  const warnings = unknown
    .toSorted((a, b) => lines(a) - lines(b))
    .filter((path) => !source.ignored.some((pattern) => matches(pattern, path)))
    .map((path) => say(path, 'is not a key that is known here; it is ignored'));

  const issues = flat(issuesOf(raw));
  if (issues.length === 0) return { config: schema.parse(raw), warnings };
  const problems = issues
    .toSorted((a, b) => lines(a.path) - lines(b.path))
    .map((issue) => say(issue.path, `${sentence(issue.message)}, found ${found(raw, issue)}`));
  throw new ConfigError([...new Set(problems)], warnings);

  function issuesOf(value: unknown): readonly z.core.$ZodIssue[] {
    return [...(schema.safeParse(value).error?.issues ?? []), ...(source.furtherIssues?.(value) ?? [])];
  }
}

function parsed({ file, text, parse }: ConfigFile): unknown {
  try {
    return parse(text);
  } catch (error) {
    const { line, message } = error as Error & { line?: number };
    const first = message.split('\n')[0]?.replace(/^Invalid TOML document:\s*/, '') ?? '';
    throw new ConfigError([`${file}:${line ?? 1}  (syntax)  ${first}`]);
  }
}

/** Paths of keys that mean something to JavaScript, and would be lost without a word. */
function forbiddenKeys(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (value === null || typeof value !== 'object' || value instanceof Date) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '__proto__' ? [[...path, key]] : forbiddenKeys(inner, [...path, key]),
  );
}

/** The issues that matter: of a union those of its first branch, of a bad name what is wrong with it. */
function flat(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'invalid_key') return [{ ...issue, message: issue.issues[0]?.message ?? issue.message }];
    if (issue.code !== 'invalid_union' || issue.errors[0] === undefined) return [issue];
    return flat(issue.errors[0].map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}

const sentence = (message: string): string =>
  message
    .replace(/^Invalid input: /, '')
    .replace(/, received .*$/, '')
    .replace(/^Invalid option: /, '')
    .replace(/^expected object$/, 'expected a table');

function found(raw: unknown, { code, path }: z.core.$ZodIssue): string {
  if (code === 'invalid_key') return JSON.stringify(path.at(-1));
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], raw);
  if (value === undefined) return 'nothing';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'object') return 'a table';
  if (path.some((key) => /secret|password|token|options/i.test(String(key)))) return `a ${typeof value}`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function matches(pattern: string, path: readonly PropertyKey[]): boolean {
  const parts = pattern.split('.');
  return parts.length === path.length && parts.every((part, i) => part === '*' || part === path[i]);
}

const keepOne = (keys: TwiceWritten['keys']): string =>
  `is written twice, as ${keys.join(' and as ')}: keep one of them`;

/** Whether it lies within something that others use in this file. */
const isPassedOver = (path: readonly PropertyKey[], ignored: readonly string[]): boolean =>
  ignored.some((pattern) => matches(pattern, path.slice(0, pattern.split('.').length)));

function remove(raw: unknown, path: readonly PropertyKey[]): void {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], raw);
  delete (parent as Record<PropertyKey, unknown>)[path.at(-1) as PropertyKey];
}
