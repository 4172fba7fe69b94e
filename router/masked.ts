import { z } from 'zod';

interface Shape {
  readonly message: string;
}

interface Failed {
  readonly code: string;
  readonly cause?: unknown;
}

/**
 * Words an error for the caller; for `errorFormatter`. What failed on our side is for the log alone; what is wrong with
 * an input is said in one line, not as zod's list of issues.
 */
export function masked<S extends Shape>({ shape, error: { code, cause } }: { shape: S; error: Failed }): S {
  if (code === 'INTERNAL_SERVER_ERROR') return { ...shape, message: 'internal error' };
  if (!(cause instanceof z.ZodError)) return shape;
  const issues = cause.issues.map(({ path, message }) => `${['input', ...path].join('.')}: ${message}`);
  return { ...shape, message: issues.join('; ') };
}
