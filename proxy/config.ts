import { parse } from 'smol-toml';
import { findBackend } from '../backends/register.ts';
import { ConfigError, type ReadConfig, readConfigFile } from '../schema/config-file.ts';
import { BACKEND_AI_PROXY_KEYS, ProxyConfig } from '../schema/proxy-config.ts';
import { locateKeys } from '../schema/toml-lines.ts';

/**
 * Reads a `storage-proxy.toml`, the backends' own options included. Throws a `ConfigError` naming every mistake; an
 * unknown backend is none, only a warning: that volume alone will be `unavailable`.
 */
export function parseProxyConfig(text: string, file: string): ReadConfig<ProxyConfig> {
  const { config, warnings } = readConfigFile(ProxyConfig, { file, text, parse, ignored: BACKEND_AI_PROXY_KEYS });
  const locate = locateKeys(text);
  const problems: string[] = [];
  const unknown: string[] = [];
  for (const [name, volume] of Object.entries(config.volume)) {
    const at = ['volume', name];
    const backend = findBackend(volume.backend);
    if (backend === null) {
      unknown.push(
        `${file}:${locate([...at, 'backend'])}  ${at.join('.')}.backend  there is no backend "${volume.backend}"; ` +
          'the volume will be unavailable',
      );
      continue;
    }
    const options = backend.options.safeParse(volume.options ?? {});
    for (const { path, message } of options.error?.issues ?? []) {
      const key = [...at, 'options', ...path];
      problems.push(`${file}:${locate(key)}  ${key.map(String).join('.')}  ${message}`);
    }
  }
  const { manager } = config.api;
  if (manager.ssl_enabled && (manager.ssl_cert == null || manager.ssl_privkey == null)) {
    const key = ['api', 'manager', 'ssl_enabled'];
    problems.push(`${file}:${locate(key)}  ${key.join('.')}  expected ssl_cert and ssl_privkey beside it`);
  }
  if (problems.length > 0) throw new ConfigError(problems, [...warnings, ...unknown]);
  return { config, warnings: [...warnings, ...unknown] };
}
