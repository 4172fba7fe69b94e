import { parse } from 'smol-toml';
import type { z } from 'zod';
import { findBackend } from '../backends/register.ts';
import { ConfigError, type ReadConfig, readConfigFile } from '../schema/config-file.ts';
import { BACKEND_AI_PROXY_KEYS, ProxyConfig } from '../schema/proxy-config.ts';
import { locateKeys } from '../schema/toml-lines.ts';

/**
 * Reads a `storage-proxy.toml`, the backends' own options included. Throws a `ConfigError` naming every mistake; an
 * unknown backend is none, only a warning: that volume alone will be `unavailable`.
 */
export function parseProxyConfig(text: string, file: string): ReadConfig<ProxyConfig> {
  const ignored = BACKEND_AI_PROXY_KEYS;
  const { config, warnings } = readConfigFile(ProxyConfig, { file, text, parse, ignored, furtherIssues: optionIssues });
  const locate = locateKeys(text);
  const unknown = Object.entries(config.volume).flatMap(([name, { backend }]) => {
    const key = ['volume', name, 'backend'];
    if (findBackend(backend) !== null) return [];
    return `${file}:${locate(key)}  ${key.join('.')}  there is no backend "${backend}"; the volume will be unavailable`;
  });
  const { manager } = config.api;
  if (manager.ssl_enabled && (manager.ssl_cert == null || manager.ssl_privkey == null)) {
    const key = ['api', 'manager', 'ssl_enabled'];
    const problem = `${file}:${locate(key)}  ${key.join('.')}  expected ssl_cert and ssl_privkey beside it`;
    throw new ConfigError([problem], [...warnings, ...unknown]);
  }
  return { config, warnings: [...warnings, ...unknown] };
}

/** What each backend says of the options of its volumes. */
function optionIssues(raw: unknown): readonly z.core.$ZodIssue[] {
  return Object.entries(tableIn(raw, 'volume')).flatMap(([name, volume]) => {
    const { backend, options = {} } = tableOf(volume);
    const schema = typeof backend === 'string' ? findBackend(backend)?.options : undefined;
    const issues = schema?.safeParse(options ?? {}).error?.issues ?? [];
    return issues.map((issue) => ({ ...issue, path: ['volume', name, 'options', ...issue.path] }));
  });
}

const tableIn = (value: unknown, key: string): Readonly<Record<string, unknown>> => tableOf(tableOf(value)[key]);

const tableOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
