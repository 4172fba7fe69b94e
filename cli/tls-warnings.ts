import { isHttps } from '../manager/tls-remarks.ts';
import type { ManagerConfig } from '../schema/manager-config.ts';
import type { ServerTls } from '../schema/server-tls.ts';
import { clientTlsOf, readClientTls } from './client-tls.ts';
import { readServerTls } from './server-tls.ts';

/** Reads all certificates of a `manager.toml`. Rejects with a `CannotRun` where one of them cannot be used. */
export async function managerTlsWarnings({ api, proxies }: ManagerConfig): Promise<readonly string[]> {
  const warnings = [...(await serverTlsWarnings(api, 'api'))];
  for (const [name, entry] of Object.entries(proxies)) {
    if (isHttps(entry.manager_api))
      warnings.push(...(await readClientTls(clientTlsOf(`proxies.${name}`, entry))).warnings);
  }
  return warnings;
}

/** Reads what a table of a configuration serves with, if it does. Rejects with a `CannotRun` where that cannot be used. */
export async function serverTlsWarnings(tls: ServerTls, table: string): Promise<readonly string[]> {
  return tls.ssl_enabled ? (await readServerTls(tls, { table })).warnings : [];
}
