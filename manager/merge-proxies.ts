import { BACKEND_AI_PROXY_ENTRY_KEYS, ProxyEntry, ProxyName } from '../schema/manager-config.ts';
import type { ProxyList, WrittenProxies } from './proxy-source.ts';

export interface ProxiesToMerge {
  /** What the source has. */
  readonly found: WrittenProxies;
  /** What the manager's own file says: it comes before what was found under the same name. */
  readonly inline: WrittenProxies;
  /** The last list: a proxy that was good goes on as it was while what is written of it now is not. */
  readonly previous: ProxyList['proxies'];
  /** How a person finds a key of the source. */
  readonly place: (proxy: string, key: string) => string;
}

type Keys = Readonly<Record<string, unknown>>;
interface Fault {
  readonly key: string;
  readonly problem: string;
}

const ENTRY_KEYS = ProxyEntry.in.shape;
const SILENT: ReadonlySet<string> = new Set(BACKEND_AI_PROXY_ENTRY_KEYS);

/** The proxies that can be polled. A bad one costs only itself, and no sentence about it has a value in it. */
export function mergeProxies({ found, inline, previous, place }: ProxiesToMerge): ProxyList {
  const proxies: [string, ProxyEntry][] = [];
  const problems: string[] = [];
  for (const name of new Set([...Object.keys(found), ...Object.keys(inline)])) {
    const own = tableOf(inline[name]) ?? {};
    const there = Object.hasOwn(found, name) ? tableOf(found[name]) : {};
    const merged = { ...withKnownKeys(there ?? {}), ...own };
    const { data } = ProxyEntry.safeParse(merged);
    const faults = there === null ? [{ key: '', problem: 'expected keys below it' }] : faultsOf(name, merged);
    const last = Object.hasOwn(previous, name) ? previous[name] : undefined;
    const entry = faults.length === 0 ? data : last;
    if (entry !== undefined) proxies.push([name, entry]);
    const outcome = last === undefined ? 'the proxy is left out' : 'the proxy goes on as it was';
    const say = ({ key, problem }: Fault): number =>
      problems.push(
        `${Object.hasOwn(found, name) && !(key in own) ? place(name, key) : inToml(name, key)}  ${problem}`,
      );
    for (const { key, problem } of faults) say({ key, problem: `${problem}; ${outcome}` });
    for (const key of unknownKeys(there ?? {})) say({ key, problem: 'is not a key that is known here; it is ignored' });
  }
  return { proxies: Object.fromEntries(proxies), problems };
}

function faultsOf(name: string, merged: Keys): readonly Fault[] {
  const named = ProxyName.safeParse(name);
  if (!named.success) return [{ key: '', problem: named.error.issues[0]?.message ?? 'expected another name' }];
  const issues = ProxyEntry.safeParse(merged).error?.issues ?? [];
  return issues.map(({ path: [key = ''], message }) => ({
    key: String(key),
    problem: merged[String(key)] === undefined ? `${message}, found nothing` : message,
  }));
}

const inToml = (name: string, key: string): string => ['proxies', name, key].filter((part) => part !== '').join('.');

const isKnown = (key: string): boolean => Object.hasOwn(ENTRY_KEYS, key);

const unknownKeys = (keys: Keys): readonly string[] =>
  Object.keys(keys).filter((key) => !isKnown(key) && !SILENT.has(key));

const withKnownKeys = (keys: Keys): Keys => Object.fromEntries(Object.entries(keys).filter(([key]) => isKnown(key)));

function tableOf(value: unknown): Keys | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.replaceAll('-', '_'), inner]));
}
