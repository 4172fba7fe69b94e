import { parse } from 'smol-toml';
import { type ReadConfig, readConfigFile } from '../schema/config-file.ts';
import { BACKEND_AI_MANAGER_KEYS, ManagerConfig } from '../schema/manager-config.ts';

/** Reads a `manager.toml`. Throws a `ConfigError` naming every mistake. */
export function parseManagerConfig(text: string, file: string): ReadConfig<ManagerConfig> {
  return readConfigFile(ManagerConfig, { file, text, parse, ignored: BACKEND_AI_MANAGER_KEYS });
}
