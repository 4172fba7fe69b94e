import { constants as os } from 'node:os';

/**
 * The errno by the platform's own count, positive, and its text, without our path to it. What is no system error is a
 * mistake of ours, and is thrown on.
 */
export function systemError(error: unknown): { errno: number; message: string } {
  // What was open could not be closed either: the first failure is the one that counts.
  if (error instanceof SuppressedError) return systemError(error.suppressed);
  const { code = '', errno, message } = error as NodeJS.ErrnoException;
  if (errno === undefined) throw error;
  const known: Record<string, number> = os.errno;
  return { errno: known[code] ?? Math.abs(errno), message: message.replace(/, .*$/s, '') };
}
