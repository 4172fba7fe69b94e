import { parse } from 'smol-toml';
import { type ReadConfig, readConfigFile } from '../schema/config-file.ts';
import { BACKEND_AI_MANAGER_KEYS, ManagerConfig } from '../schema/manager-config.ts';
import { locateKeys } from '../schema/toml-lines.ts';
import { tlsRemarks } from './tls-remarks.ts';

/** Reads a `manager.toml`. Throws a `ConfigError` naming every mistake. */
export function parseManagerConfig(text: string, file: string): ReadConfig<ManagerConfig> {
  const { config, warnings } = readConfigFile(ManagerConfig, { file, text, parse, ignored: BACKEND_AI_MANAGER_KEYS });
  const lines = locateKeys(text);
  const remarks = Object.entries(config.proxies).flatMap(([name, entry]) =>
    tlsRemarks(entry).map(({ key, problem }) => {
      const path = ['proxies', name, key];
      return `${file}:${lines(path)}  ${path.join('.')}  ${problem}`;
    }),
  );
  return { config, warnings: [...warnings, ...remarks] };
}
