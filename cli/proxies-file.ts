import { readConfig } from './config-source.ts';
import type { WrittenProxies } from '../manager/proxy-source.ts';
import { CannotRun } from './run.ts';

/**
 * The proxies in a JSON file of the form that Backend.AI puts into etcd under `volumes`, with that key around it or
 * without. Throws a `CannotRun` where it cannot be read, or is of another form.
 */
export function readProxiesFile(file: string): WrittenProxies {
  const content = parsed(file, readConfig(file));
  const volumes = tableOf(content)?.['volumes'] ?? content;
  const proxies = tableOf(tableOf(volumes)?.['proxies']);
  if (proxies === null) throw new CannotRun(`${file}: expected a table "proxies", with a table for each proxy`);
  return proxies;
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // What the engine says may quote the text, and with it a secret.
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    const line = position === undefined ? text.split('\n').length : text.slice(0, Number(position)).split('\n').length;
    throw new CannotRun(`${file}:${line}  (syntax)  expected JSON`);
  }
}

const tableOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
