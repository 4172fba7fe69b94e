import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** These places only: a search along `PATH` might lead onto a mount that hangs. */
const DIRECTORIES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/run/current-system/sw/bin'];

/** Where a program of the system is; `null` if it is not installed. */
export async function findTool(name: string): Promise<string | null> {
  for (const directory of DIRECTORIES) {
    const tool = join(directory, name);
    const found = await access(tool, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return tool;
  }
  return null;
}
