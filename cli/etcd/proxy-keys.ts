import type { WrittenProxies } from '../../manager/proxy-source.ts';
import type { Pairs } from './key-store.ts';

/**
 * Where Backend.AI keeps its storage proxies: it puts `/sorna/` and the namespace before every key, and quotes names
 * (`src/ai/backend/common/etcd.py`).
 */
export const proxiesPrefix = (namespace: string): string => `/sorna/${namespace}/volumes/proxies/`;

/** The key that holds `key` of a proxy; that of all its keys where there is none. */
export const keyOf = (namespace: string, proxy: string, key: string): string =>
  `${proxiesPrefix(namespace)}${quoted(proxy)}${key === '' ? '' : `/${key}`}`;

/** Proxies from flat keys, as `get_prefix` of Backend.AI nests them; what lies deeper than their keys is only named. */
export function proxiesIn(pairs: Pairs, prefix: string): WrittenProxies {
  const proxies = new Map<string, Map<string, unknown> | string>();
  for (const [path, value] of pairs) {
    const [name = '', key = '', ...deeper] = path.slice(prefix.length).split('/').map(unquoted);
    const there = proxies.get(name);
    if (name === '') continue;
    if (key === '') {
      if (there === undefined) proxies.set(name, value);
      continue;
    }
    const keys = there instanceof Map ? there : new Map<string, unknown>();
    keys.set(key, deeper.length === 0 ? value : {});
    proxies.set(name, keys);
  }
  return Object.fromEntries(
    Array.from(proxies, ([name, keys]) => [name, keys instanceof Map ? Object.fromEntries(keys) : keys]),
  );
}

/** As Python's `quote(…, safe="")` writes it. */
const quoted = (name: string): string =>
  encodeURIComponent(name).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function unquoted(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
