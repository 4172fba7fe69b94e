import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Says which of these programs is not here, and which Debian package has it; `null` where all of them are. */
export function findMissing(packages: Readonly<Record<string, string>>): string | null {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const isHere = (program: string) => directories.some((directory) => existsSync(join(directory, program)));
  const missing = Object.keys(packages).find((program) => !isHere(program));
  return missing === undefined ? null : `there is no ${missing}, of the package ${packages[missing]}`;
}
