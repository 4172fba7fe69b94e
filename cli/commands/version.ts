import { PACKAGE_VERSION } from '../package-version.ts';
import type { Command } from '../run.ts';

export const version: Command = {
  name: 'version',
  usage: '[--quiet]',
  summary: 'Print the version of volhealth and of Node.',
  help: `  --quiet   print nothing; the exit code alone tells whether this Node is new enough

Exit codes: 0; 2 if Node is too old.

Example:
  $ volhealth version
  volhealth ${PACKAGE_VERSION} (Node ${process.versions.node})`,
  options: { quiet: { type: 'boolean' } },
  args: [0, 0],
  run: async (_, { quiet }) => {
    if (quiet !== true) console.log(`volhealth ${PACKAGE_VERSION} (Node ${process.versions.node})`);
    return 0;
  },
};
