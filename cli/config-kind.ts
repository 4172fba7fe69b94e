import { parse } from 'smol-toml';
import { CannotRun } from './run.ts';

export type ConfigKind = 'proxy' | 'manager';

/**
 * Whose file it is, by its tables; null where they do not tell, or where it is no TOML: then whoever reads it says what
 * is wrong. Throws a `CannotRun` where it has tables of both.
 */
export function configKindOf(content: string): ConfigKind | null {
  let tables: Record<string, unknown>;
  try {
    tables = parse(content);
  } catch {
    return null;
  }
  const api = Object.keys(tables['api'] ?? {});
  const has = (...names: string[]): boolean => names.some((name) => name in tables);
  const isManager =
    has('proxies', 'vfolder', 'vfolders', 'volumes', 'manager', 'graphql') ||
    api.includes('listen') ||
    api.includes('graphiql');
  const isProxy = has('volume', 'storage-proxy', 'storage_proxy') || api.includes('manager');
  if (isManager && isProxy) {
    throw new CannotRun('the file has tables of a proxy and of a manager: they have a file each');
  }
  if (isManager) return 'manager';
  return isProxy ? 'proxy' : null;
}
