import { createManagerApp } from '../../../manager/app.ts';
import { parseManagerConfig } from '../../../manager/config.ts';
import { createManager, type Manager } from '../../../manager/manager.ts';
import { openProxyAccess } from '../../../cli/proxy-access.ts';
import { systemClock } from '../../../cli/system-clock.ts';

export interface PollingManager {
  readonly manager: Manager;
  readonly query: (text: string) => Promise<unknown>;
}

/** A manager as it is shipped, that asks the proxies at these addresses as often as it may. */
export async function startPolling(
  proxies: Readonly<Record<string, string>>,
  { secret = 'fake', more = '' }: { secret?: string; more?: string } = {},
): Promise<PollingManager> {
  const tables = Object.entries(proxies).map(
    ([name, url]) =>
      `[proxies."${name}"]\nmanager_api = "${url}"\nsecret = "${secret}"\nhealth_check_interval = "1s"\n` +
      `volume_check_interval = "1s"\nvolume_check_timeout = "300ms"\n${more}\n`,
  );
  const { config } = parseManagerConfig(tables.join(''), 'manager.toml');
  const { accessOf } = await openProxyAccess(config.proxies, () => {});
  const manager = createManager({
    config,
    accessOf,
    epoch: 'manager',
    clock: systemClock,
    random: Math.random,
  });
  const app = createManagerApp({ manager, version: '1.0.0', graphiql: false, onError });
  return {
    manager,
    query: async (text) => {
      const response = await app.request('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: text }),
      });
      const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
  };
}

function onError(error: unknown): void {
  throw error;
}
