import { describeFailure } from '../../client/failure.ts';
import { createManagerClient } from '../../client/manager-client.ts';
import { CannotRun, type Command, text } from '../run.ts';
import { statusTable } from '../status-table.ts';

/** Where a manager listens unless it is told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:6080';

export const status: Command = {
  name: 'status',
  usage: '[--url URL] [--json]',
  summary: 'Show the health of every proxy and volume that a manager knows.',
  help: `  --url URL   the manager; default: $VOLHEALTH_URL, or ${DEFAULT_URL}
  --json      print { proxies, volumes, observer } as JSON, for machines

Exit codes: 0 every proxy and volume is healthy; 1 something is not; 2 the manager cannot be asked.

Example:
  $ volhealth status --url ${DEFAULT_URL}`,
  options: { url: { type: 'string' }, json: { type: 'boolean' } },
  args: [0, 0],
  run: async (_, options) => {
    const url = text(options, 'url') ?? process.env['VOLHEALTH_URL'] ?? DEFAULT_URL;
    if (!URL.canParse(url)) throw new CannotRun(`--url expects a URL such as ${DEFAULT_URL}, found "${url}"`);
    const client = createManagerClient({ url });
    const [proxies, volumes, observer] = await Promise.all([
      client.storageProxyHealthList.query(),
      client.volumeHealthList.query(),
      client.observerHealth.query(),
    ]).catch((error: unknown) => {
      const { message } = describeFailure(error);
      throw new CannotRun(`cannot ask the manager at ${url}: ${message}; is it running? Name another with --url`);
    });
    if (options['json'] === true) console.log(JSON.stringify({ proxies, volumes, observer }, null, 2));
    else console.log(statusTable({ proxies, volumes, observer }, { color: isColorful(), nowMs: Date.now() }));
    return [...proxies, ...volumes].every(({ is_healthy }) => is_healthy) ? 0 : 1;
  },
};

const isColorful = (): boolean => process.stdout.isTTY && !process.env['NO_COLOR'];
