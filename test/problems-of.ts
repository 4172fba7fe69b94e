import { ConfigError } from '../schema/config-file.ts';

/** The messages with which a configuration is refused; none where it is accepted. */
export function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
