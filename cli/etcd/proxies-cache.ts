import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { WrittenProxies } from '../../manager/proxy-source.ts';

/** Keeps the last known proxies in a file that its owner alone may read, as it holds their secrets. */
export interface ProxiesCache {
  /** Null where there are none, or none that can be read. */
  readonly load: () => WrittenProxies | null;
  /** Writes the whole file anew, or leaves the old one. Gives why it could not be written, null where it was. */
  readonly save: (proxies: WrittenProxies) => string | null;
}

export function createProxiesCache(file: string): ProxiesCache {
  let saved: string | null = null;
  return {
    load() {
      try {
        const { proxies } = JSON.parse(readFileSync(file, 'utf8')) as { proxies: WrittenProxies };
        return typeof proxies === 'object' ? proxies : null;
      } catch {
        return null;
      }
    },
    save(proxies) {
      const text = `${JSON.stringify({ proxies }, null, 2)}\n`;
      if (text === saved) return null;
      const fresh = `${file}.${process.pid}.tmp`;
      try {
        rmSync(fresh, { force: true });
        writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
        renameSync(fresh, file);
        saved = text;
        return null;
      } catch (error) {
        return `cannot write ${file}: ${(error as Error).message}`;
      }
    },
  };
}
