import { describeFailure } from '../../client/failure.ts';
import { createManagerClient } from '../../client/manager-client.ts';
import { MANAGER_TLS_OPTIONS, managerFetch } from '../manager-fetch.ts';
import { CannotRun, type Command, text } from '../run.ts';
import { statusTable } from '../status-table.ts';

/** Where a manager listens unless it is told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:6080';

export const status: Command = {
  name: 'status',
  usage: '[--url URL] [--ca FILE] [--client-cert FILE --client-key FILE] [--json]',
  summary: 'Show the health of every proxy and volume that a manager knows.',
  help: `  --url URL            the manager; default: $VOLHEALTH_URL, or ${DEFAULT_URL}
  --ca FILE            authority of its certificate, in PEM; default: $VOLHEALTH_CA, or the public ones
  --client-cert FILE   certificate to show to a manager that asks for one; default: $VOLHEALTH_CLIENT_CERT
  --client-key FILE    its private key; default: $VOLHEALTH_CLIENT_KEY
  --json               print { proxies, volumes, observer } as JSON, for machines

Exit codes: 0 every proxy and volume is healthy; 1 something is not; 2 the manager cannot be asked.

Example:
  $ volhealth status --url ${DEFAULT_URL}`,
  options: { url: { type: 'string' }, ...MANAGER_TLS_OPTIONS, json: { type: 'boolean' } },
  args: [0, 0],
  run: async (_, options) => {
    const url = text(options, 'url') ?? process.env['VOLHEALTH_URL'] ?? DEFAULT_URL;
    if (!URL.canParse(url)) throw new CannotRun(`--url expects a URL such as ${DEFAULT_URL}, found "${url}"`);
    const client = createManagerClient({ url, fetch: await managerFetch(url, options) });
    const [proxies, volumes, observer] = await Promise.all([
      client.storageProxyHealthList.query(),
      client.volumeHealthList.query(),
      client.observerHealth.query(),
    ]).catch((error: unknown) => {
      const { kind, message } = describeFailure(error);
      const advice = kind === 'tls' ? 'see --ca and --client-cert' : 'is it running? Name another with --url';
      throw new CannotRun(`cannot ask the manager at ${url}: ${message}; ${advice}`);
    });
    if (options['json'] === true) console.log(JSON.stringify({ proxies, volumes, observer }, null, 2));
    else console.log(statusTable({ proxies, volumes, observer }, { color: isColorful(), nowMs: Date.now() }));
    return [...proxies, ...volumes].every(({ is_healthy }) => is_healthy) ? 0 : 1;
  },
};

const isColorful = (): boolean => process.stdout.isTTY && !process.env['NO_COLOR'];
